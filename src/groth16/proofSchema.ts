/**
 * The JSON schema of a proof file, from the same lists as the code that reads it. What a schema can't say, parseProof
 * checks besides: numbers below the field's order, each field once, and of course the proof.
 *
 * @module
 */
import { INSTANCES, LOTS_BITS, PROTOCOL_VERSION, TIERS, publicSignals } from "../protocol/constants.ts";
import { claimFields, isClaimName, type ClaimField, type ClaimName } from "../protocol/claim.ts";
import { DIGITS } from "../base/schema.ts";
import { KEY_KINDS, PROOF_FORMAT } from "./proof.ts";

type Schema = Readonly<Record<string, unknown>>;

const exactly = (properties: Readonly<Record<string, unknown>>): Schema => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const listOf = (items: Schema, length: number): Schema => ({
  type: "array",
  items,
  minItems: length,
  maxItems: length,
});
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

/** Text of schemas/proof.schema.json. */
export function proofJsonSchema(): string {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `${PROOF_FORMAT}, version ${PROTOCOL_VERSION}`,
    oneOf: INSTANCES.map(({ circuit, tier }) =>
      exactly({
        format: { const: PROOF_FORMAT },
        version: { const: PROTOCOL_VERSION },
        circuit: { const: circuit },
        tier: { const: tier },
        key: ref("key"),
        publicSignals: exactly(
          Object.fromEntries(
            publicSignals(circuit, TIERS[tier]).map(([name, length]) => {
              if (name === "claim" && isClaimName(circuit)) return [name, ref(`${circuit}Claim`)];
              return [name, length === 1 ? ref("element") : listOf(ref("element"), length)];
            }),
          ),
        ),
        proof: ref("proof"),
      }),
    ),
    $defs: {
      element: { description: "Field element, decimal", type: "string", pattern: DIGITS.source },
      pair: { description: "Affine point of G1, or c0 and c1 of an element of Fp²", ...listOf(ref("element"), 2) },
      proof: exactly({ a: ref("pair"), b: listOf(ref("pair"), 2), c: ref("pair") }),
      key: exactly({ kind: { enum: KEY_KINDS }, hash: { type: "string", pattern: "^[0-9a-f]{64}$" } }),
      solvencyClaim: claimSchema("solvency"),
      spendClaim: claimSchema("spend"),
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function claimSchema(circuit: ClaimName): Schema {
  const part = ({ kind, bits }: ClaimField): Schema => {
    if (kind === "flag") return { type: "boolean" };
    if (kind === "number") return { type: "integer", minimum: 0, maximum: 2 ** bits - 1 };
    return { description: `Lots, |size| < 2^${LOTS_BITS}`, type: "string", pattern: "^(0|-?[1-9]\\d{0,11})$" };
  };
  return exactly(Object.fromEntries(claimFields(circuit).map((field) => [field.name, part(field)])));
}
