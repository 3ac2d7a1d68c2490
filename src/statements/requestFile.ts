/**
 * A proof request as a file: what one machine states, another, or another time, proves.
 *
 *   {"format": "plimsoll-request", "version": 1, "circuit": "solvency", "tier": "M", "inputs": {"salt": "0", "sizes": ["25000", "-90", …], …}}
 *
 * Whoever has the file has the keys and holdings in it: keep it as the keystore. No error says a value of it.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { INSTANCES, PROTOCOL_VERSION, type CircuitName, type TierName } from "../protocol/constants.ts";
import { toJson } from "../base/json.ts";
import type { CircuitInput, CircuitInputs, ProofRequest } from "./request.ts";

const REQUEST_FORMAT = "plimsoll-request";
const FIELDS = ["format", "version", "circuit", "tier", "inputs"];
/** Longest request that is read, in characters: a solvency statement of tier L is a tenth of it. */
export const REQUEST_LENGTH = 2 ** 23;
/** Deepest nesting of an input; circuits have lists of lists of lists at most. */
const DEPTH = 4;
/** What the prover reduces modulo r may be negative; 78 digits hold any 256-bit value. */
const INTEGER = /^(0|-?[1-9]\d{0,77})$/;

/**
 * JSON text of a request, each number a decimal string. Secret.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { encodeRequest, proofRequest } from "plimsoll/toolkit";
 *
 * // For `plimsoll prove request.json`.
 * await writeFile("request.json", encodeRequest(proofRequest(statement)), { mode: 0o600 });
 * ```
 */
export const encodeRequest = ({ circuit, tier, inputs }: ProofRequest): string =>
  `${toJson({ format: REQUEST_FORMAT, version: PROTOCOL_VERSION, circuit, tier, inputs })}\n`;

/**
 * Reads {@link encodeRequest}'s text. Whether the inputs are those of the circuit is for the prover to find.
 *
 * @throws InputError whose path starts with `request`, never with a value of the inputs
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { decodeRequest } from "plimsoll/toolkit";
 *
 * const proof = await prover.prove(decodeRequest(await readFile("request.json", "utf8")));
 * ```
 */
export function decodeRequest(text: string): ProofRequest {
  if (text.length > REQUEST_LENGTH)
    throw new InputError("request", `must be at most ${REQUEST_LENGTH} characters`, text.length);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // What the parser says shows the text.
    throw new InputError("request", "must be JSON");
  }
  const fields = objectAt(json, "request");
  for (const name of FIELDS)
    if (!Object.hasOwn(fields, name)) throw new InputError(`request.${name}`, "must be present");
  for (const name of Object.keys(fields))
    if (!FIELDS.includes(name)) throw new InputError("request", `must have the fields ${FIELDS.join(", ")} alone`);
  if (fields["format"] !== REQUEST_FORMAT) throw new InputError("request.format", `must be "${REQUEST_FORMAT}"`);
  if (fields["version"] !== PROTOCOL_VERSION) throw new InputError("request.version", `must be ${PROTOCOL_VERSION}`);
  const instance = INSTANCES.find(({ circuit, tier }) => circuit === fields["circuit"] && tier === fields["tier"]);
  if (instance === undefined)
    throw new InputError(
      "request.circuit",
      `must be one with its tier: ${INSTANCES.map(({ circuit, tier }) => `${circuit} ${tier}`).join(", ")}`,
    );
  const { circuit, tier }: { circuit: CircuitName; tier: TierName } = instance;
  return { circuit, tier, inputs: inputsAt(fields["inputs"]) };
}

function inputsAt(json: unknown): CircuitInputs {
  const given = objectAt(json, "request.inputs");
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (!/^[A-Za-z]\w{0,40}$/.test(name)) throw new InputError("request.inputs", "must be named as signals are");
      return [name, inputAt(value, `request.inputs.${name}`, DEPTH)];
    }),
  );
}

function inputAt(json: unknown, path: string, depth: number): CircuitInput {
  if (Array.isArray(json)) {
    if (depth === 0) throw new InputError(path, "must not be nested so deep");
    return json.map((item, i) => inputAt(item, `${path}[${i}]`, depth - 1));
  }
  if (typeof json !== "string" || !INTEGER.test(json))
    throw new InputError(path, "must be a whole number in a string, in decimal, or a list of such");
  return BigInt(json);
}

function objectAt(json: unknown, path: string): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new InputError(path, "must be an object");
  return json as Record<string, unknown>;
}
