/** The journey's first steps with the generated TypeScript client: `node journey.js ADDRESS FACTS`. */
import { lika, signIn, type Problem, type Schemas } from "./client.js";

declare const process: { argv: string[]; getBuiltinModule(name: "node:fs"): { readFileSync(path: string, as: "utf8"): string } };

interface Facts {
  username: string;
  password: string;
  household: Schemas["NewHousehold"];
  change: Schemas["HouseholdChange"];
  project: Schemas["ProjectEntryInput"];
}

function must(truth: boolean, what: unknown): asserts truth {
  if (!truth) throw new Error(JSON.stringify(what));
}

const [, , address, file] = process.argv;
must(address !== undefined && file !== undefined, "usage: node journey.js ADDRESS FACTS");
const facts = JSON.parse(process.getBuiltinModule("node:fs").readFileSync(file, "utf8")) as Facts;

const client = lika(address);
const wrong = await signIn(client, "nobody.at.all", "not this one").catch((error: { problem: Problem }) => error.problem);
must("code" in wrong, wrong);
client.renew((await signIn(client, facts.username, facts.password)).access_token);

// @ts-expect-error the compiler knows the addresses
client.GET("/api/v1/auth/nobody").catch(() => undefined);
// @ts-expect-error ... and the fields
const unfinished: Schemas["NewHousehold"] = { village_code: facts.household.village_code };
must(unfinished.village_code !== "", unfinished);

const me = await client.GET("/api/v1/auth/me");
must(me.data !== undefined && facts.household.village_code.startsWith(me.data.scope[0] ?? "none"), me.error);

const key = crypto.randomUUID();
const keyed = { header: { "Idempotency-Key": key } };
const opened = await client.POST("/api/v1/registry/households", { params: keyed, body: facts.household });
must(opened.data !== undefined, opened.error);
const again = await client.POST("/api/v1/registry/households", { params: keyed, body: facts.household });
must(again.data?.id === opened.data.id && again.response.headers.get("idempotency-replayed") === "true", again.error);

const first = await client.GET("/api/v1/registry/households", { params: { query: { limit: 1 } } });
must(first.data?.items.length === 1 && typeof first.data.next_cursor === "string", first.error);
const second = await client.GET("/api/v1/registry/households", {
  params: { query: { limit: 1, cursor: first.data.next_cursor } },
});
must(second.data?.items[0]?.id !== first.data.items[0]?.id, second.error);

const path = { household_id: opened.data.id };
const read = await client.GET("/api/v1/registry/households/{household_id}", { params: { path } });
must(read.data?.members[0]?.identity_number_masked?.startsWith("341") === true, read.error);

const stale = await client.PUT("/api/v1/registry/households/{household_id}", {
  params: { path, header: { "if-match": '"999"' } },
  body: facts.change,
});
must(stale.response.status === 412 && stale.error?.code === "version_changed", stale.error);

const project = await client.POST("/api/v1/projects/library", { body: facts.project });
must(project.data !== undefined, project.error);
const code = project.data.project_code;
const submitted = await client.POST("/api/v1/projects/library/{code}/submission", { params: { path: { code } }, body: {} });
const refusal: Problem | undefined = submitted.error;
must(refusal?.code === "projects.performance_targets_missing" && refusal.titles["zh"] !== "", submitted);

const template = await client.GET("/api/v1/registry/household-imports/template", { parseAs: "arrayBuffer" });
must((template.data as unknown as ArrayBuffer | undefined)?.byteLength !== undefined, template.error);
console.log("10 steps");
