/**
 * What a deployment is made from: chains, issuers, who signs, who owns. JSON; amounts are decimal strings, times seconds,
 * fractions basis points. Shapes and ranges are here, what fields owe each other in rules.ts.
 */
import { ZeroAddress, getAddress, isAddress } from "ethers";
import * as v from "valibot";
import { isEndpoint } from "../../src/base/endpoint.ts";
import { committeeKeys, type CommitteeKeys } from "../../src/committee/ciphertext.ts";
import { readJson } from "../../src/base/files.ts";
import {
  FIELD,
  ISSUER_BITS,
  LOTS_BITS,
  PROTOCOL_VERSION,
  SERIAL_BITS,
  TIERS,
  type TierName,
} from "../../src/protocol/constants.ts";
import { DIGITS, count, decimal, exactly, fileName, list, listOf, validated } from "../../src/base/schema.ts";
import { checkRules } from "./rules.ts";

const DEPLOYMENT_FORMAT = "plimsoll-deployment";

const address = v.pipe(
  v.string("must be an address"),
  v.check(isAddress, "must be an Ethereum address"),
  v.transform(getAddress),
  v.check((text) => text !== ZeroAddress, "must not be the zero address"),
);
const amount = (low: bigint, bits: number) =>
  v.pipe(
    v.string("must be a decimal string"),
    v.regex(DIGITS, "must be decimal digits without leading zeros"),
    v.transform((digits) => BigInt(digits)),
    v.minValue(low, `must be at least ${low}`),
    v.check((value) => value >> BigInt(bits) === 0n, `must be below 2^${bits}`),
  );
const coordinate = decimal(FIELD, "the field's order");
const some = <S extends v.GenericSchema>(item: S) => list(item, 1);
const YEAR = 366 * 86_400;
const seconds = count(0, YEAR);
const positiveSeconds = count(1, YEAR);

const SIGNERS = exactly("a set of signers", {
  /** In the order of their places. */
  members: v.pipe(some(address), v.maxLength(255, "must be at most 255")),
  /** How many must sign: more than two thirds. */
  threshold: count(1, 255),
});

/** OpenZeppelin's TimelockController: what the proposers schedule happens after the delay, and not if one of them cancels. */
const TIMELOCK = exactly("a timelock", { timelockSeconds: positiveSeconds, proposers: some(address) });

const CHAIN = exactly("a chain", {
  name: fileName,
  /** EIP-155 chain id. */
  chainId: count(1, Number.MAX_SAFE_INTEGER),
  /** URL of a node; $PLIMSOLL_RPC_<NAME> comes first. */
  endpoint: v.optional(v.pipe(v.string("must be a URL"), v.check(isEndpoint, "must be an http or https URL"))),
  /** When a block counts as final: the node's own word, or so many blocks on top of it. */
  finality: v.union([v.literal("finalized"), count(0, 10_000)], 'must be "finalized" or a number of blocks'),
  riskTable: exactly("terms of a risk table", {
    /** Seconds for which a proof on the epoch before is still taken, and the longest time from asOf to notAfter. */
    overlap: seconds,
    longestEpoch: positiveSeconds,
    /** Largest price move, in basis points of a scan range, above which draws and spending stand still. */
    calmMove: count(1, 1_000_000),
  }),
  rootMirror: exactly("terms of a root mirror", {
    /** Age of the newest header beyond which a route counts as standing still. */
    freshFor: positiveSeconds,
    /** From scheduling a thaw to the thaw. */
    thawDelay: positiveSeconds,
  }),
  /** Who owns the contracts: a timelock of this chain, or on local chains an address. */
  owner: v.lazy((input) => (typeof input === "object" ? TIMELOCK : address)),
  /** Who may pause, beside the owner. */
  guardian: v.optional(address),
});

const TIMES = exactly("times of lines", {
  /** How long a proof stays good after its epoch's asOf and its root's time. */
  validity: positiveSeconds,
  /** From the end of validity to lapsing, and from there to default. */
  grace: seconds,
  notice: seconds,
  /** Most seconds for which grace stands still with table and roots. */
  longestStall: seconds,
});
const id = count(1, 2 ** ISSUER_BITS - 1);
const lots = amount(1n, LOTS_BITS);
/** Its release is the serial after it. */
const creditSerial = count(1, 2 ** SERIAL_BITS - 2);

const VAULT = exactly("a vault", {
  kind: v.literal("vault"),
  id,
  name: fileName,
  chain: fileName,
  /** Seconds in which the lots that may leave refill. */
  window: positiveSeconds,
  instruments: some(
    exactly("an instrument", {
      /** From 1 up, in the order listed. */
      serial: count(1, 2 ** SERIAL_BITS - 1),
      token: address,
      /** Token units of one lot. */
      unit: amount(1n, 128),
      /** Fewest lots of a deposit, most lots held at a time, lots that may leave at once. */
      leastLots: lots,
      mostLots: lots,
      windowLots: lots,
    }),
  ),
});

const DESK = exactly("a desk", {
  kind: v.literal("desk"),
  id,
  name: fileName,
  chain: fileName,
  /** What it lends, and token units of one lot of credit. */
  asset: address,
  unit: amount(1n, 128),
  /** Simple interest per year. */
  interestBps: count(0, 100_000),
  /** Debt in token units that doesn't count as default. */
  dust: amount(0n, 128),
  /** New credit in token units that may be drawn at once, refilled evenly over the window. */
  windowAmount: amount(1n, 128),
  window: positiveSeconds,
  creditSerial,
  times: TIMES,
  /** Whose tokens it lends, who alone may put in and take out; the chain's owner by default. */
  owner: v.optional(address),
});

const VENUE = exactly("a venue", {
  kind: v.literal("venue"),
  id,
  name: fileName,
  chain: fileName,
  /** Levels of a batch of notes, and seconds between two. */
  batchDepth: count(1, 20),
  window: positiveSeconds,
  /** Who posts. */
  engine: address,
  creditSerial,
  times: TIMES,
});

const DEPLOYMENT = exactly("a deployment", {
  format: v.literal(DEPLOYMENT_FORMAT, `must be "${DEPLOYMENT_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  /** The chain that accounts live on. */
  home: fileName,
  /** Sizes of accounts that get verifiers. */
  tiers: some(v.picklist(Object.keys(TIERS) as TierName[], "must be a tier")),
  /** Seconds between two receives of one account, and for which a notes root is good after it was replaced. */
  receiveInterval: seconds,
  notesWindow: positiveSeconds,
  /** Public keys that proofs encrypt to, x and y each. */
  committee: listOf(listOf(coordinate, 2), 3),
  reporters: SIGNERS,
  attestors: SIGNERS,
  chains: some(CHAIN),
  issuers: some(v.variant("kind", [VAULT, DESK, VENUE], "must be a vault, a desk or a venue")),
});

type Parsed = v.InferOutput<typeof DEPLOYMENT>;
export type ChainConfig = v.InferOutput<typeof CHAIN>;
export type IssuerConfig = Parsed["issuers"][number];

export interface DeploymentConfig extends Omit<Parsed, "format" | "version" | "committee"> {
  readonly committee: CommitteeKeys;
}

/** Reads parsed JSON. Throws an InputError whose path starts with `deployment`. */
export function parseDeployment(json: unknown): DeploymentConfig {
  const {
    format: _format,
    version: _version,
    committee,
    ...parsed
  } = validated(DEPLOYMENT, json, "deployment", (path) => path.endsWith(".endpoint"));
  const config = { ...parsed, committee: committeeKeys(committee.flat(), "deployment.committee") };
  checkRules(config);
  return config;
}

export const readDeployment = async (path: string): Promise<DeploymentConfig> => parseDeployment(await readJson(path));
