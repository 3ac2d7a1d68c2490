import { expect, it } from "vitest";
import { INSTANCES } from "../../src/protocol/constants.ts";
import { decodeRequest, encodeRequest } from "../../src/statements/requestFile.ts";
import { proofRequest } from "../../src/statements/statement.ts";
import { honestSolvency } from "../support/honest.ts";
import { tableTree } from "../support/world.ts";

const request = {
  circuit: "solvency",
  tier: "T",
  inputs: { salt: 0n, sizes: [-90n, 2n ** 200n], rows: [[[1n], []]] },
} as const;
const SECRET = "987654321987654321";

it("is the same after a round trip, a whole statement's too", async () => {
  expect(decodeRequest(encodeRequest(request))).toEqual(request);
  const statement = proofRequest(honestSolvency(await tableTree("T")));
  expect(decodeRequest(encodeRequest(statement))).toEqual(statement);
  for (const { circuit, tier } of INSTANCES)
    expect(decodeRequest(encodeRequest({ circuit, tier, inputs: {} }))).toEqual({ circuit, tier, inputs: {} });
});

it("writes numbers as decimal strings, signed", () => {
  expect(JSON.parse(encodeRequest(request))).toEqual({
    format: "plimsoll-request",
    version: 1,
    circuit: "solvency",
    tier: "T",
    inputs: { salt: "0", sizes: ["-90", String(2n ** 200n)], rows: [[["1"], []]] },
  });
});

it.each<[change: (file: Record<string, unknown>) => void, message: string]>([
  [(file) => (file["format"] = "plimsoll-proof"), 'request.format: must be "plimsoll-request"'],
  [(file) => (file["version"] = 2), "request.version: must be 1"],
  [(file) => (file["circuit"] = "fill"), "request.circuit: must be one with its tier: receive T, "],
  [(file) => Object.assign(file, { circuit: "exit", tier: "L" }), "request.circuit: must be one with its tier"],
  [(file) => delete file["tier"], "request.tier: must be present"],
  [(file) => (file["keys"] = SECRET), "request: must have the fields format, version, circuit, tier, inputs alone"],
  [(file) => (file["inputs"] = [SECRET]), "request.inputs: must be an object"],
  [(file) => (file["inputs"] = { "a b": SECRET }), "request.inputs: must be named as signals are"],
  [
    (file) => (file["inputs"] = { proveKey: Number(SECRET) }),
    "request.inputs.proveKey: must be a whole number in a string",
  ],
  [
    (file) => (file["inputs"] = { proveKey: ["1", [`0x${SECRET}`]] }),
    "request.inputs.proveKey[1][0]: must be a whole number in a string",
  ],
  [
    (file) => (file["inputs"] = { proveKey: `0${SECRET}` }),
    "request.inputs.proveKey: must be a whole number in a string",
  ],
  [(file) => (file["inputs"] = { proveKey: `-0` }), "request.inputs.proveKey: must be a whole number in a string"],
  [
    (file) => (file["inputs"] = { proveKey: [[[[[SECRET]]]]] }),
    "request.inputs.proveKey[0][0][0][0]: must not be nested so deep",
  ],
])("refuses a broken one without saying what is in it: %#", (change, message) => {
  const file = JSON.parse(encodeRequest(request)) as Record<string, unknown>;
  change(file);
  const read = (): unknown => decodeRequest(JSON.stringify(file));
  expect(read).toThrow(message);
  expect(read).not.toThrow(SECRET);
});

it("refuses what is no JSON, without saying what it is", () => {
  expect(() => decodeRequest(`{"inputs": ${SECRET}`)).toThrow(/^request: must be JSON$/);
  expect(() => decodeRequest("null")).toThrow("request: must be an object");
});
