/**
 * Brings the newest epoch that enough reporters signed to one chain's RiskTable.
 *
 * @module
 */
import * as v from "valibot";
import { EPOCH_TYPES, signingDomain } from "../chain/calls.ts";
import { chainNamed, type NetworkChain } from "../chain/network.ts";
import type { Sender } from "../chain/sender.ts";
import { NodeError, RefusedError } from "../base/errors.ts";
import { askAll } from "./askAll.ts";
import { askJson } from "./client.ts";
import { EPOCH, type Epoch } from "./epoch.ts";
import { reasonOf, type Fields } from "./log.ts";
import { Ballots, currentSet, memberSignature, type MemberSignature, type SignerSet } from "./members.ts";
import type { SendingWorld } from "./world.ts";

const REPORT = v.object({
  epoch: EPOCH,
  set: v.pipe(
    v.string(),
    v.regex(/^\d{1,20}$/),
    v.transform((digits) => BigInt(digits)),
  ),
  place: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(254)),
  signature: v.pipe(v.string(), v.maxLength(200)),
});

interface Published {
  readonly number: bigint;
  readonly asOf: bigint;
  readonly notAfter: bigint;
}

/** Does what is missing on a chain. Throws a NodeError when no reporter answers. */
export async function relayEpoch(
  world: SendingWorld,
  chainName: string,
  reporters: readonly string[],
): Promise<Fields> {
  const { network, log } = world;
  const chain = chainNamed(network, chainName);
  const [sender, node] = [await world.sender(chainName), await world.node(chainName)];
  const address = chain.riskTable;
  const [signers, head, root, contradicted] = await Promise.all([
    currentSet(node, "RiskTable", address),
    node.block(),
    node.read<bigint>("RiskTable", address, "newestRoot"),
    node.read<boolean>("RiskTable", address, "isContradicted"),
  ]);
  const { number, notAfter } = await node.read<Published>("RiskTable", address, "epochOf", root);
  const state = { epoch: number, secondsLeft: Number(notAfter) - head.time, contradicted };

  const ballots = new Ballots<Epoch>();
  const refused = new Map<number, string>();
  await ask("newest");
  if (refused.size === reporters.length)
    throw new NodeError("reporters", `none answered: ${[...refused.values()].join("; ")}`);
  const numbers = [...new Set(ballots.all.map((epoch) => epoch.number))]
    .filter((seen) => seen > number)
    .sort((a, b) => (a > b ? -1 : 1));
  // What is newest to some may be old to others, or not there yet: each number is asked of all, unless one is full already.
  for (const candidate of [undefined, ...numbers]) {
    if (candidate !== undefined) await ask(String(candidate));
    const full = ballots.full(signers.threshold).sort((a, b) => (a.statement.number > b.statement.number ? -1 : 1));
    const twice = full.filter(({ statement }) =>
      full.some((other) => other.statement !== statement && other.statement.number === statement.number),
    );
    if (twice.length > 0 && !contradicted) return contradict(world, sender, chain, signers, twice, state);
    // Nobody may use a table that is over. The next one comes to a paused table too: a pause never stops data.
    const found = full.find(
      (signed) => signed.statement.number > number && signed.statement.notAfter >= head.time && !twice.includes(signed),
    );
    if (found !== undefined) return publish(world, sender, chain, signers, found.statement, found.signatures, state);
  }
  if (numbers.length === 0) return state;
  // No failure of ours: reporters may just be at it, or don't agree, and then the next number comes.
  log("warn", "epoch lacks signatures", {
    chain: chainName,
    numbers,
    needed: signers.threshold,
    reasons: [...refused.values()],
  });
  return { ...state, lacking: numbers };

  async function ask(which: string): Promise<void> {
    await askAll(
      reporters,
      async (url, i) => {
        const who = `reporters[${i}]`;
        const reason = await report(who, url, which).catch(reasonOf);
        if (reason === undefined) return void refused.delete(i);
        refused.set(i, `${who}: ${reason}`);
        log("warn", "reporter skipped", { reporter: i, chain: chainName, epoch: which, reason });
      },
      () =>
        ballots
          .full(signers.threshold)
          .some(({ statement }) => which === "newest" || String(statement.number) === which),
    );
  }

  async function report(who: string, url: string, which: string): Promise<string | undefined> {
    const { status, json, shown } = await askJson(who, url, `/epochs/${which}?chain=${chainName}`);
    // It hasn't signed that one, or nothing yet.
    if (status === 404) return undefined;
    if (status !== 200) return shown;
    const answer = v.safeParse(REPORT, json);
    if (!answer.success) return "answered no epoch";
    const { epoch, set, place, signature } = answer.output;
    if (set !== signers.set) return `signed as of set ${set}, ${signers.set} is in force`;
    const domain = signingDomain("RiskTable", BigInt(chain.chainId), address);
    const checked = memberSignature(signers, place, signature, domain, EPOCH_TYPES, { ...epoch, set });
    if (checked === undefined) return `place ${place} didn't sign what it sent`;
    ballots.add(Object.values(epoch).join(" "), epoch, checked);
    return undefined;
  }
}

async function publish(
  { log }: SendingWorld,
  sender: Sender,
  { name, riskTable }: NetworkChain,
  { set }: SignerSet,
  epoch: Epoch,
  signatures: readonly MemberSignature[],
  state: Fields,
): Promise<Fields> {
  try {
    const { hash, gasUsed } = await sender.send({
      name: "RiskTable",
      address: riskTable,
      method: "publish",
      args: [epoch, set, signatures],
    });
    log("info", "epoch published", { chain: name, ...epoch, transaction: hash, gas: gasUsed });
  } catch (error) {
    // Another relayer was first.
    if (!(error instanceof RefusedError && error.refusal === "EpochNotNewer")) throw error;
  }
  return { ...state, epoch: epoch.number };
}

/** Two epochs of one number, each signed by enough: shown to the table, they pause it until others report. */
async function contradict(
  { log }: SendingWorld,
  sender: Sender,
  { name, riskTable }: NetworkChain,
  { set }: SignerSet,
  [first, second]: readonly { readonly statement: Epoch; readonly signatures: readonly MemberSignature[] }[],
  state: Fields,
): Promise<Fields> {
  log("alarm", "reporters contradict themselves", { chain: name, first: first!.statement, second: second!.statement });
  const args = [set, first!.statement, first!.signatures, second!.statement, second!.signatures];
  await sender.send({ name: "RiskTable", address: riskTable, method: "challenge", args });
  return { ...state, contradicted: true };
}
