/** A typed client of the Lika 立卡 public API: every path, parameter, body and answer is checked by the compiler. */
import createClient, { type Client, type Middleware } from "openapi-fetch";

import type { components, paths } from "./schema.js";

export type { components, operations, paths } from "./schema.js";
export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];
export type Lika = Client<paths>;

/** A client that sends its access token. `renew` changes the token after signing in or renewing. */
export function lika(address: string, token?: string): Lika & { renew(token: string): void } {
  let present = token;
  const client = createClient<paths>({ baseUrl: address });
  const bearer: Middleware = {
    onRequest({ request }) {
      if (present !== undefined) request.headers.set("Authorization", `Bearer ${present}`);
      return request;
    },
  };
  client.use(bearer);
  return Object.assign(client, {
    renew(renewed: string): void {
      present = renewed;
    },
  });
}

/** Sign in with a name and a password; the problem is thrown as it came. */
export async function signIn(client: Lika, username: string, password: string): Promise<Schemas["TokenAnswer"]> {
  const { data, error } = await client.POST("/api/v1/auth/token", {
    body: { grant_type: "password", username, password },
    bodySerializer: (form) => new URLSearchParams(form as Record<string, string>),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  if (error !== undefined) throw Object.assign(new Error(error.title), { problem: error });
  return data;
}
