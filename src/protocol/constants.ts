/**
 * Every number that two languages share, written once. `npm run generate` derives circuits/lib/protocol.circom from
 * this file; `npm run check` fails when a copy differs. PROTOCOL.md explains what the numbers mean.
 *
 * @module
 */

/** Version of every file format and proof envelope that this package writes. */
export const PROTOCOL_VERSION = 1;

/** Order of the scalar field of bn254: every signal and every hash is an integer in [0, FIELD). */
export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

// ─── Widths, in bits ─────────────────────────────────────────────────────────────────────────────────────────────────

/** An instrument id is issuerId (8 bits, high) then serial (16 bits, low). Id 0 is the empty slot. */
export const ISSUER_BITS = 8;
export const SERIAL_BITS = 16;
export const INSTRUMENT_BITS = ISSUER_BITS + SERIAL_BITS;

/** |lots| < 2^LOTS_BITS. A size is stored as size + 2^LOTS_BITS, in SIZE_BITS bits. */
export const LOTS_BITS = 38;
export const SIZE_BITS = LOTS_BITS + 1;

/** Marks and charges, µUSD per lot: 0 ≤ v < 2^VALUE_BITS. */
export const VALUE_BITS = 40;

/** Scenario P&L, µUSD per lot: |v| < 2^PNL_BITS. Three such columns share one field element, see SCENARIO_SLOT_BITS. */
export const PNL_BITS = 37;

/** An issuer's cap on net value, µUSD: 0 ≤ cap < 2^ISSUER_CAP_BITS. The largest value means "no cap". */
export const ISSUER_CAP_BITS = 84;
export const NO_ISSUER_CAP = 2n ** BigInt(ISSUER_CAP_BITS) - 1n;

/** Largest number of lots that a row may count in full; rows without a cap carry it. */
export const NO_LOT_CAP = 2n ** BigInt(LOTS_BITS) - 1n;

/**
 * Scenario columns are packed three to a field element, one per 84-bit slot. A slack is known to lie in
 * (−2^83, 2^83) from the widths of its parts, so a digit in [0, 2^83) in its slot proves that it is not negative.
 */
export const SCENARIO_SLOT_BITS = 84;
export const SLACK_BITS = SCENARIO_SLOT_BITS - 1;
export const SCENARIOS_PER_SIGNAL = 3;

/** |S_g / 3| < 2^LINEAR_BITS, N_g and D < 2^REMAINDER_BITS, X < 2^JOINT_BITS, all µUSD. */
export const LINEAR_BITS = 80;
export const REMAINDER_BITS = 81;
export const JOINT_BITS = 82;

/** Coverage and fractions are basis points in 14 bits; a correlation is stored as ρ + 10,000 in 15 bits. */
export const BASIS_POINTS = 10_000;
export const COVERAGE_BITS = 14;
export const CORRELATION_BITS = 15;
export const CORRELATIONS_PER_WORD = 16;

/** Initial margin is covered in full; maintenance at four fifths of it. */
export const COVERAGE_INITIAL = 10_000;
export const COVERAGE_MAINTENANCE = 8_000;

/** Salt of an alias: 0 at desks and venues, the epoch at the Report, a hash at vaults (deposits only). */
export const SALT_BITS = 32;

/** Totals: a reported value is whole USD below 2^REPORT_BITS; 2^12 reporters stay below 2^48, which is decrypted. */
export const REPORT_BITS = 36;
export const MICRO_USD_BITS = 20;
export const MICRO_USD = 1_000_000;

/** A note's nonce is serial · 2^184 + blinding: one input of its hash. */
export const NOTE_SERIAL_BITS = 64;
export const NOTE_BLINDING_BITS = 184;

/** An exit pays an Ethereum address. */
export const RECIPIENT_BITS = 160;

/** Scalars of the encrypted part, on Baby Jubjub. */
export const CIPHERTEXT_SCALAR_BITS = 251;

/** Chain ids of development nodes, where anybody's keys may guard what is worth nothing: geth's, and anvil's and those after it. */
export const GETH_CHAIN_ID = 1_337;
export const ANVIL_CHAIN_ID = 31_337;
export const ANVIL_CHAIN_IDS = 10;
/**
 * Whether a chain id is a development node's.
 *
 * @example
 * ```ts
 * import { protocol } from "plimsoll/toolkit";
 *
 * protocol.isLocalChain(31_337); // true
 * ```
 */
export const isLocalChain = (chainId: number): boolean =>
  chainId === GETH_CHAIN_ID || (chainId >= ANVIL_CHAIN_ID && chainId < ANVIL_CHAIN_ID + ANVIL_CHAIN_IDS);

// ─── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const HOLDINGS_PER_WORD = 4;
export const NOTE_WORDS = 2;
export const NOTE_LEGS = NOTE_WORDS * HOLDINGS_PER_WORD;
export const TABLE_ARITY = 8;
export const ISSUER_DEPTH = ISSUER_BITS;
/** A long list is hashed in chunks of this many, each chained to the one before. */
export const CHUNK = 15;

/**
 * Loss of one linear unit in each scenario, in thirds of a scan range: SPAN's sixteen (CME, "SPAN Risk Array"): price
 * 0, ±1/3, ±2/3, ±1 range, each with volatility up then down, then ±3 ranges at one third of their loss.
 */
export const SCENARIO_THIRDS = [0, 0, -1, -1, 1, 1, -2, -2, 2, 2, -3, -3, 3, 3, -3, 3] as const;
export const SCENARIOS = SCENARIO_THIRDS.length;
export const PNL_SIGNALS = Math.ceil(SCENARIOS / SCENARIOS_PER_SIGNAL);

/** A tier fixes every array length of a circuit. It is chosen when an account opens and never changes. */
export interface Tier {
  /** Holdings of an account; a multiple of HOLDINGS_PER_WORD. */
  readonly holdings: number;
  /** Risk groups of a table. */
  readonly groups: number;
  /** 8-ary levels of the table's tree under its cap, and nodes in the cap. */
  readonly tableLevels: number;
  readonly tableCap: number;
  /** Largest depth of the accounts, exits and note trees, which grow as they fill: at 30 they do not in practice. */
  readonly depth: number;
  /** Notes that one receipt takes. */
  readonly notes: number;
}

export const TIERS = {
  /** For tests: small enough to compile and set up in seconds; same templates. */
  T: { holdings: 4, groups: 2, tableLevels: 1, tableCap: 8, depth: 4, notes: 2 },
  M: { holdings: 16, groups: 8, tableLevels: 2, tableCap: 64, depth: 30, notes: 4 },
  L: { holdings: 64, groups: 8, tableLevels: 2, tableCap: 64, depth: 30, notes: 4 },
} as const satisfies Record<string, Tier>;
export type TierName = keyof typeof TIERS;

/**
 * Rows of a tier's table, the empty row 0 among them: 4,096 for M and L.
 *
 * @example
 * ```ts
 * import { protocol } from "plimsoll/toolkit";
 *
 * protocol.tableRows(protocol.TIERS.M); // 4096
 * ```
 */
export const tableRows = (tier: Tier): number => TABLE_ARITY ** tier.tableLevels * tier.tableCap;
/**
 * Words of an account's contents: four holdings to one.
 *
 * @example
 * ```ts
 * import { protocol } from "plimsoll/toolkit";
 *
 * protocol.accountWords(protocol.TIERS.M); // 4
 * ```
 */
export const accountWords = (tier: Tier): number => tier.holdings / HOLDINGS_PER_WORD;

// ─── Domain tags ─────────────────────────────────────────────────────────────────────────────────────────────────────

const TAG_NAMES = [
  "SPEND",
  "PROVE",
  "READ",
  "OWNER",
  "ALIAS",
  "SALT",
  "BLIND",
  "ACCOUNT",
  "CIPHER",
  "NULLIFIER",
  "NOTE",
  "DUMMY",
  "EXIT",
  "EXIT_SPENT",
  "ROW",
  "TABLE_NODE",
  "TABLE",
  "COMMITTEE",
  "MASK",
] as const;
export type TagName = (typeof TAG_NAMES)[number];

/** A tag is the ASCII of "plimsoll.NAME" read as a big-endian integer; it is the first input of its hash. */
export const TAGS = Object.fromEntries(
  TAG_NAMES.map((name) => [
    name,
    [...`plimsoll.${name}`].reduce((acc, c) => (acc << 8n) + BigInt(c.charCodeAt(0)), 0n),
  ]),
) as Readonly<Record<TagName, bigint>>;

/** What an instrument is, in two bits of its row. */
export const KINDS = ["collateral", "position", "credit", "release"] as const;
export type Kind = (typeof KINDS)[number];

// ─── Statements ──────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `claim`: the small public values of a proof in one signal, least significant first. Circuits take the parts apart
 * with these widths; contracts and TypeScript put them together.
 */
export const CLAIMS = {
  solvency: [
    ["coverage", COVERAGE_BITS],
    ["report", 1],
    ["withSpendKey", 1],
    ["issuerId", ISSUER_BITS],
    ["salt", SALT_BITS],
    ["instrumentA", INSTRUMENT_BITS],
    ["sizeA", SIZE_BITS],
    ["instrumentB", INSTRUMENT_BITS],
    ["sizeB", SIZE_BITS],
  ],
  spend: [
    ["coverage", COVERAGE_BITS],
    ["onAnyTable", 1],
  ],
} as const;

/** A public signal: its name and how many field elements it takes. */
export type PublicSignal = readonly [name: string, length: number];

/** Names of the circuits, in the order a trader meets them. */
export const CIRCUITS = ["receive", "spend", "solvency", "exit"] as const;
export type CircuitName = (typeof CIRCUITS)[number];

/**
 * Public signals of a circuit in the order of the proof. The check compares it with the compiled circuit's symbols.
 *
 * @example
 * ```ts
 * import { protocol } from "plimsoll/toolkit";
 *
 * protocol.publicSignals("solvency", protocol.TIERS.M).map(([name]) => name); // accountsRoot, tableRoot, alias, …
 * ```
 */
export function publicSignals(circuit: CircuitName, tier: Tier): readonly PublicSignal[] {
  const cipher: PublicSignal = ["cipher", 1 + accountWords(tier)];
  switch (circuit) {
    case "receive":
      return [
        ["oldCommitment", 1],
        ["newCommitment", 1],
        ["notesRoot", 1],
        ["openingNullifier", 1],
        ["nullifiers", tier.notes],
        cipher,
        ["context", 1],
      ];
    case "spend":
      return [
        ["oldCommitment", 1],
        ["newCommitment", 1],
        ["tableRoot", 1],
        ["exitLeaf", 1],
        ["claim", 1],
        cipher,
        ["context", 1],
      ];
    case "solvency":
      return [
        ["accountsRoot", 1],
        ["tableRoot", 1],
        ["alias", 1],
        ["claim", 1],
        ["committee", 1],
        ["ciphertext", 6],
        ["context", 1],
      ];
    case "exit":
      return [
        ["exitsRoot", 1],
        ["spent", 1],
        ["instrument", 1],
        ["lots", 1],
        ["recipient", 1],
        ["context", 1],
      ];
  }
}

/**
 * Every circuit that is compiled, set up, exported and tested. Exits of all tiers share one tree, so tier L exits with
 * tier M's circuit.
 */
export const INSTANCES: readonly { readonly circuit: CircuitName; readonly tier: TierName }[] = [
  ...(["T", "M", "L"] as const).flatMap((tier) =>
    (["receive", "spend", "solvency"] as const).map((circuit) => ({ circuit, tier })),
  ),
  { circuit: "exit", tier: "T" },
  { circuit: "exit", tier: "M" },
];
