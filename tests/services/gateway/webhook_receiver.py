"""A department's receiver, a process of its own: keeps what it gets, and behaves as the path says."""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def main(log: Path) -> None:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            kept = {"path": self.path, "body": body, "headers": {k.lower(): v for k, v in self.headers.items()}}
            with log.open("a") as file:
                file.write(json.dumps(kept) + "\n")
            verb = self.path.strip("/")
            if verb == "slow":
                time.sleep(30)
            if verb == "hold":  # until the test says so: the worker is killed meanwhile
                while not log.with_suffix(".go").exists():
                    time.sleep(0.02)
            answers = {"fail": 500, "gone": 410, "redirect": 302}
            port = self.connection.getsockname()[1]
            status = 200 if verb == "mended" or log.with_suffix(".mended").exists() else answers.get(verb, 204)
            self.send_response(status)
            if verb == "redirect":
                self.send_header("location", f"http://127.0.0.1:{port}/followed")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
