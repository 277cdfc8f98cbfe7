"""A page of the documentation as HTML: the few forms of Markdown it uses, everything else as it stands, escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)")
STYLE = (
    "body{font:16px/1.6 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;color:#1b1b1b}pre{background:#f4f4f4;padding:.8rem;overflow-x:auto}code{font-size:.9em}"
    "td,th{border:1px solid #ccc;padding:.2rem .6rem;text-align:left}table{border-collapse:collapse}"
)


def html_of(markdown: str, title: str) -> str:
    """A whole page. Links to other files of the documentation stay words: they are not served."""
    body = "\n".join(_blocks(markdown))
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        '<body><p><a href="/docs">接口文档 /docs</a> · <a href="/openapi.json">/openapi.json</a></p>\n'
        f"{body}\n</body></html>\n"
    )


def _blocks(markdown: str) -> Iterator[str]:
    """Headings, fenced code, tables, lists and paragraphs, one after the other."""
    for number, part in enumerate(re.split(r"^```\w*\n(.*?)^```\n", markdown, flags=re.MULTILINE | re.DOTALL)):
        if number % 2:
            yield f"<pre><code>{escape(part)}</code></pre>"
            continue
        for block in re.split(r"\n{2,}|(?<=\n)(?=#)|(?<=^)(?=#)", part.strip("\n")):
            if block.strip():
                yield from _block(block.strip("\n"))


def _block(block: str) -> Iterator[str]:
    lines = block.splitlines()
    heading = re.match(r"(#+) (.*)", lines[0])
    if heading:
        level = len(heading[1])
        yield f"<h{level}>{_inline(heading[2])}</h{level}>"
        if lines[1:]:
            yield from _block("\n".join(lines[1:]))
    elif lines[0].startswith("|"):
        yield "<table>" + "".join(_row(line) for line in lines if not re.fullmatch(r"[|\- ]+", line)) + "</table>"
    elif lines[0].startswith("- "):
        items = re.split(r"^- ", block, flags=re.MULTILINE)[1:]
        yield "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
    else:
        yield f"<p>{_inline(block)}</p>"


def _row(line: str) -> str:
    return "<tr>" + "".join(f"<td>{_inline(cell.strip())}</td>" for cell in line.strip("|").split("|")) + "</tr>"


def _inline(text: str) -> str:
    """Code, bold and links of one line; the rest escaped."""
    done, at = [], 0
    for found in _INLINE.finditer(text):
        done += [escape(text[at : found.start()]), _marked(found)]
        at = found.end()
    return "".join([*done, escape(text[at:])])


def _marked(found: re.Match[str]) -> str:
    code, bold, words, target = found.groups()
    if code is not None:
        return f"<code>{escape(code)}</code>"
    if bold is not None:
        return f"<strong>{escape(bold)}</strong>"
    return f'<a href="{escape(target)}">{escape(words)}</a>' if target.startswith("/") else escape(words)
