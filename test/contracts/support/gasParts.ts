/**
 * Where a transaction's gas went.
 *
 * @module
 */
import { id, type ContractTransactionReceipt } from "ethers";
import type { Chain } from "../../support/chain.ts";

/** Gas by what it was spent on; the parts sum to the transaction's. */
export interface GasParts {
  /** The transaction itself and its calldata, by EIP-2028. */
  readonly calldata: number;
  /** Groth16 verifiers, and recovering signers of headers and epochs. */
  readonly verification: number;
  /** Poseidon, for trees and notes. Keccak is in the rest. */
  readonly hashing: number;
  /** The first access to each slot and the change of its value, by EIP-2929 and EIP-2200, less refunds. */
  readonly storage: number;
  /** Execution: decoding, checks, events, RLP, ERC-20s. */
  readonly rest: number;
}

interface Call {
  readonly to: string;
  readonly input: string;
  readonly gasUsed: string;
  readonly calls?: readonly Call[];
}
type State = Readonly<Record<string, { readonly storage?: Readonly<Record<string, string>> }>>;

const VERIFY = id("verify((uint256[2],uint256[2][2],uint256[2]),uint256[])").slice(0, 10);
const HASHES = ["hash(uint256,uint256)", "hash(uint256[5])"].map((signature) => id(signature).slice(0, 10));
const ECRECOVER = /^0x0{39}1$/;

/** Splits a mined transaction's gas. */
export async function gasParts(chain: Chain, { hash, gasUsed }: ContractTransactionReceipt): Promise<GasParts> {
  const trace = <T>(tracer: string, tracerConfig = {}): Promise<T> =>
    chain.rpc<T>("debug_traceTransaction", [hash, { tracer, tracerConfig }]);
  const data = (await chain.provider.getTransaction(hash))!.data.slice(2).match(/../g) ?? [];
  const calldata = data.reduce((sum, byte) => sum + (byte === "00" ? 4 : 16), 21_000);

  const calls = [...flat(await trace<Call>("callTracer"))];
  const spent = (...by: ((call: Call) => boolean)[]): number =>
    calls.filter((call) => by.some((is) => is(call))).reduce((sum, call) => sum + Number(call.gasUsed), 0);
  const verification = spent(
    ({ input }) => input.startsWith(VERIFY),
    ({ to }) => ECRECOVER.test(to),
  );
  const hashing = spent(({ input }) => HASHES.includes(input.slice(0, 10)));

  const touched = await trace<State>("prestateTracer");
  const { pre, post } = await trace<{ pre: State; post: State }>("prestateTracer", { diffMode: true });
  let storage = 0;
  let refunds = 0;
  for (const [account, { storage: slots = {} }] of Object.entries(touched)) {
    for (const [slot, value] of Object.entries(slots)) {
      const changed = slot in (pre[account]?.storage ?? {}) || slot in (post[account]?.storage ?? {});
      const after = changed ? BigInt(post[account]?.storage?.[slot] ?? 0) : BigInt(value);
      storage += 2_100;
      if (BigInt(value) !== after) storage += BigInt(value) === 0n ? 20_000 : 2_900;
      if (BigInt(value) !== 0n && after === 0n) refunds += 4_800;
    }
  }
  // A refund is at most a fifth of what was used before it.
  storage -= Math.min(refunds, Math.floor(Number(gasUsed) / 4));
  return {
    calldata,
    verification,
    hashing,
    storage,
    rest: Number(gasUsed) - calldata - verification - hashing - storage,
  };
}

function* flat(call: Call): Generator<Call> {
  yield call;
  for (const inner of call.calls ?? []) yield* flat(inner);
}
