/**
 * protocol.ts as circom: each constant a function without arguments.
 *
 * @module
 */
import * as protocol from "../protocol/constants.ts";

const NUMBERS = [
  "ISSUER_BITS",
  "SERIAL_BITS",
  "INSTRUMENT_BITS",
  "LOTS_BITS",
  "SIZE_BITS",
  "VALUE_BITS",
  "ISSUER_CAP_BITS",
  "SCENARIO_SLOT_BITS",
  "SLACK_BITS",
  "SCENARIOS_PER_SIGNAL",
  "LINEAR_BITS",
  "REMAINDER_BITS",
  "JOINT_BITS",
  "BASIS_POINTS",
  "COVERAGE_BITS",
  "CORRELATION_BITS",
  "CORRELATIONS_PER_WORD",
  "SALT_BITS",
  "RECIPIENT_BITS",
  "REPORT_BITS",
  "MICRO_USD_BITS",
  "MICRO_USD",
  "CIPHERTEXT_SCALAR_BITS",
  "HOLDINGS_PER_WORD",
  "NOTE_WORDS",
  "NOTE_LEGS",
  "TABLE_ARITY",
  "ISSUER_DEPTH",
  "CHUNK",
  "SCENARIOS",
  "PNL_SIGNALS",
] as const;

/** Text of circuits/lib/protocol.circom. */
export function protocolCircom(): string {
  const line = (name: string, value: bigint | number): string => `function ${name}() { return ${value}; }`;
  const kinds = protocol.KINDS.map((kind, i) => line(`KIND_${kind.toUpperCase()}`, i));
  const tags = Object.entries(protocol.TAGS).map(
    ([name, value]) => `${line(`TAG_${name}`, value)} // "plimsoll.${name}"`,
  );
  const claims = Object.entries(protocol.CLAIMS).flatMap(([circuit, parts]) => {
    let at = 0;
    return parts.map(([name, bits]) => {
      const text = line(`CLAIM_${circuit}_${name}`, at);
      at += bits;
      return text;
    });
  });
  return [
    "// Generated from src/protocol/constants.ts by `npm run generate`; do not edit.",
    "pragma circom 2.2.0;",
    "",
    ...NUMBERS.map((name) => line(name, protocol[name])),
    "",
    "// Kinds of instruments, in two bits of a row.",
    ...kinds,
    "",
    "// First bit of each part of a claim.",
    ...claims,
    "",
    "// Domain tags: ASCII, big-endian.",
    ...tags,
    "",
    "// Loss of one linear unit in scenario s, in thirds of a scan range.",
    `function SCENARIO_THIRDS(s) { var thirds[${protocol.SCENARIOS}] = [${protocol.SCENARIO_THIRDS.join(", ")}]; return thirds[s]; }`,
    "",
  ].join("\n");
}
