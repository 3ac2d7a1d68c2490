/**
 * protocol.ts as Solidity: the constants that contracts share with circuits, and the public signals of every circuit as
 * structs that are turned into lists here and nowhere else. The structs are a file of their own, beside the interfaces
 * that name them and under their licence, so that who implements or calls an interface takes on none of the rest's.
 *
 * @module
 */
import * as protocol from "../protocol/constants.ts";
import { CIRCUITS, TIERS, publicSignals, type CircuitName, type TierName } from "../protocol/constants.ts";

const NUMBERS = [
  "FIELD",
  "ISSUER_BITS",
  "SERIAL_BITS",
  "INSTRUMENT_BITS",
  "LOTS_BITS",
  "SIZE_BITS",
  "COVERAGE_INITIAL",
  "COVERAGE_MAINTENANCE",
  "BASIS_POINTS",
  "NOTE_SERIAL_BITS",
  "NOTE_BLINDING_BITS",
  "HOLDINGS_PER_WORD",
  "NOTE_LEGS",
  "ISSUER_DEPTH",
  "RECIPIENT_BITS",
  "GETH_CHAIN_ID",
  "ANVIL_CHAIN_ID",
  "ANVIL_CHAIN_IDS",
] as const;

/** Tags of the hashes that contracts make. */
const TAGS = ["NOTE"] as const;

const tiers = Object.keys(TIERS) as TierName[];
const DEPTH = Math.max(...tiers.map((tier) => TIERS[tier].depth));
const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
const structName = (circuit: CircuitName): string => `${capital(circuit)}Signals`;
/** `alias` is a reserved word of Solidity. */
const field = (name: string): string => (name === "alias" ? "alias_" : name);
const upper = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** Text of contracts/generated/Protocol.sol. */
export function protocolSolidity(): string {
  const constant = (name: string, value: bigint | number, why = ""): string =>
    `    uint256 internal constant ${name} = ${value};${why === "" ? "" : ` // ${why}`}`;
  const claims = Object.entries(protocol.CLAIMS).flatMap(([circuit, parts]) => {
    let at = 0;
    return parts.map(([name, bits]) => {
      const line = constant(`CLAIM_${upper(circuit)}_${upper(name)}`, at);
      at += bits;
      return line;
    });
  });
  return [
    ...header("GPL-3.0-or-later"),
    `import {${["Circuit", ...CIRCUITS.map(structName), "Tier"].sort().join(", ")}} from "../interfaces/ProtocolTypes.sol";`,
    "",
    "/// @notice Numbers that circuits, TypeScript and contracts share.",
    "library Protocol {",
    ...NUMBERS.map((name) => constant(name, protocol[name])),
    constant("TREE_DEPTH", DEPTH, "largest depth of the accounts, exits and note trees"),
    "",
    "    // Domain tags: ASCII, big-endian.",
    ...TAGS.map((name) => constant(`TAG_${name}`, protocol.TAGS[name], `"plimsoll.${name}"`)),
    "",
    "    // First bit of each part of a claim.",
    ...claims,
    "}",
    "",
    "/// @notice Public signals as the one list that a verifier takes.",
    "library Signals {",
    "    /// @notice Thrown when a list has another length than the tier gives it. Without this check a nullifier could pass",
    "    ///         for part of a cipher beside it, and its note be spent again.",
    "    error SignalLength(string name, uint256 expected, uint256 got);",
    "",
    ...CIRCUITS.flatMap((circuit) => [...signalEncoder(circuit), ""]),
    "    /// @dev Lengths of lists by tier, one byte each.",
    "    function _length(uint256 byTier, Tier tier) private pure returns (uint256) {",
    "        return (byTier >> (8 * uint256(tier))) & 0xff;",
    "    }",
    "}",
    "",
  ].join("\n");
}

/** Text of contracts/interfaces/ProtocolTypes.sol. */
export function protocolTypesSolidity(): string {
  return [
    ...header("MIT"),
    "/// @notice The circuits, in the order a trader meets them.",
    ...enumOf("Circuit", CIRCUITS.map(capital)),
    "",
    "/// @notice Sizes of accounts. T is for tests: no deployment registers a verifier of it.",
    ...enumOf("Tier", tiers),
    ...CIRCUITS.flatMap((circuit) => ["", ...signalStruct(circuit)]),
    "",
  ].join("\n");
}

const header = (licence: string): string[] => [
  `// SPDX-License-Identifier: ${licence}`,
  "// Generated from src/protocol/constants.ts by `npm run generate`; do not edit.",
  "pragma solidity ^0.8.30;",
  "",
];

/** As `forge fmt` lays it out. */
const enumOf = (name: string, members: readonly string[]): string[] => [
  `enum ${name} {`,
  ...members.map((member, i) => `    ${member}${i + 1 < members.length ? "," : ""}`),
  "}",
];

/** Signals whose length depends on the tier. */
const isList = (circuit: CircuitName, name: string): boolean =>
  new Set(tiers.map((tier) => lengthOf(circuit, name, tier))).size > 1;

const lengthOf = (circuit: CircuitName, name: string, tier: TierName): number =>
  publicSignals(circuit, TIERS[tier]).find(([known]) => known === name)![1];

/** Lengths that every tier shares are part of the type. */
function signalType(circuit: CircuitName, name: string): string {
  if (isList(circuit, name)) return "uint256[]";
  const length = lengthOf(circuit, name, "M");
  return length === 1 ? "uint256" : `uint256[${length}]`;
}

function signalStruct(circuit: CircuitName): string[] {
  const names = publicSignals(circuit, TIERS.M).map(([name]) => name);
  return [
    `/// @notice Public signals of ${circuit}.`,
    `struct ${structName(circuit)} {`,
    ...names.map((name) => `    ${signalType(circuit, name)} ${field(name)};`),
    "}",
  ];
}

function signalEncoder(circuit: CircuitName): string[] {
  const names = publicSignals(circuit, TIERS.M).map(([name]) => name);
  const lists = names.filter((name) => isList(circuit, name));
  const fixed = names
    .filter((name) => !lists.includes(name))
    .reduce((sum, name) => sum + lengthOf(circuit, name, "M"), 0);
  const byTier = (name: string): string =>
    `0x${tiers
      .map((tier) => lengthOf(circuit, name, tier).toString(16).padStart(2, "0"))
      .reverse()
      .join("")}`;
  const total = [...lists.map((name) => `s.${name}.length`), `${fixed}`].join(" + ");
  return [
    `    function encode(${structName(circuit)} memory s${lists.length > 0 ? ", Tier tier" : ""}) internal pure returns (uint256[] memory list) {`,
    ...lists.flatMap((name) => [
      "        {",
      `            uint256 expected = _length(${byTier(name)}, tier);`,
      `            if (s.${name}.length != expected) revert SignalLength("${name}", expected, s.${name}.length);`,
      "        }",
    ]),
    `        list = new uint256[](${total});`,
    "        uint256 next;",
    ...names.flatMap((name) => {
      const type = signalType(circuit, name);
      if (type === "uint256") return [`        list[next++] = s.${field(name)};`];
      return [`        for (uint256 i = 0; i < s.${name}.length; i++) list[next++] = s.${name}[i];`];
    }),
    "    }",
  ];
}
