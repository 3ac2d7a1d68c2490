/** A config that is wrong is refused by the place that is wrong, and none of its values is shown: each may hold a key. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { loadConfig } from "../../src/cli/config.ts";
import { encodeNetwork } from "../../src/chain/network.ts";
import { InputError } from "../../src/base/errors.ts";
import { COMMITTEE } from "../support/world.ts";

const KEY = "EXAMPLE-API-KEY";
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "plimsoll-config-"));
});
afterAll(() => rm(home, { recursive: true }));
afterEach(() => {
  delete process.env["PLIMSOLL_RPC_HOME"];
});

async function refused(config: string | object): Promise<InputError> {
  await writeFile(join(home, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  const error = await loadConfig(home).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(KEY);
  return error as InputError;
}
const config = (change: object = {}): object => ({
  format: "plimsoll-config",
  version: 1,
  network: "network.json",
  endpoints: { home: `https://node.example/v3/${KEY}` },
  ...change,
});

it.each([
  [
    "an endpoint of another scheme",
    config({ endpoints: { home: `wss://node.example/ws/v3/${KEY}` } }),
    "config.endpoints.home: must be an http or https URL",
  ],
  [
    "an endpoint without a scheme",
    config({ endpoints: { home: `node.example/${KEY}` } }),
    "config.endpoints.home: must be an http or https URL",
  ],
  [
    "an endpoint in place of all",
    config({ endpoints: `https://node.example/${KEY}` }),
    "config.endpoints: must be an object of URLs",
  ],
  [
    "an endpoint in place of the attestors",
    config({ attestors: `https://node.example/${KEY}` }),
    "config.attestors: must be a list of URLs",
  ],
  [
    "an endpoint in place of everything",
    JSON.stringify(`https://node.example/${KEY}`),
    "config: must be a config file",
  ],
  [
    "an endpoint in place of a chain's name",
    config({ endpoints: { [`https://node.example/${KEY}`]: "home" } }),
    "config.endpoints.<url>: must be by names of chains",
  ],
  ["an attestor that is no URL", config({ attestors: [KEY] }), "config.attestors[0]: must be an http or https URL"],
  [
    "a reporter of another scheme",
    config({ reporters: ["https://a.example", `ftp://me:${KEY}@b.example`] }),
    "config.reporters[1]: must be an http or https URL",
  ],
  [
    "an endpoint where the version stands",
    config({ version: `https://node.example/${KEY}` }),
    "config.version: must be 1",
  ],
  ["text that is no JSON", `{"endpoints": {"home": "https://node.example/${KEY}`, /config\.json: must be JSON$/],
  ["text that is no JSON at its end", `{"endpoints": "${KEY}" x}`, /config\.json: must be JSON$/],
])("%s", async (_, text, message) => {
  const { message: shown } = await refused(text);
  if (typeof message === "string") expect(shown).toBe(message);
  else expect(shown).toMatch(message);
});

it("an environment's endpoint that is none is named by its variable", async () => {
  const address = `0x${"11".repeat(20)}`;
  const chain = {
    name: "home",
    chainId: 1,
    startBlock: 0,
    finality: 0,
    verifiers: address,
    riskTable: address,
    roots: { home: address },
  } as const;
  await writeFile(
    join(home, "network.json"),
    encodeNetwork({
      keys: "development",
      tiers: ["T"],
      home: "home",
      registry: address,
      issuerNotes: address,
      chains: [chain],
      issuers: [],
      committee: COMMITTEE,
    }),
  );
  await writeFile(join(home, "config.json"), JSON.stringify(config()));
  expect((await loadConfig(home)).endpoints).toEqual({ home: `https://node.example/v3/${KEY}` });
  process.env["PLIMSOLL_RPC_HOME"] = `wss://node.example/${KEY}`;
  expect((await refused(config())).message).toBe("PLIMSOLL_RPC_HOME: must be an http or https URL");
  // What is set to nothing is as good as unset.
  process.env["PLIMSOLL_RPC_HOME"] = "";
  expect((await loadConfig(home)).endpoints).toEqual({ home: `https://node.example/v3/${KEY}` });
});
