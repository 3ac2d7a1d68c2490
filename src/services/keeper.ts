/**
 * A keeper: receives what arrives and refreshes lines before they lapse, with the prove key alone. It can neither draw nor
 * release, spend nor withdraw: those take the spend key or the operator's. It keeps nothing: killed at any point and
 * started again it looks at the chains, and what it had signed is in its senders' journals. Two keepers of one account
 * cost each other gas and nothing else.
 *
 * @module
 */
import type { ProveKeys } from "../account/keys.ts";
import type { TableSources } from "../chain/tableSource.ts";
import { ROOT_SLOTS } from "../chain/calls.ts";
import type { Network } from "../chain/network.ts";
import { receiveCall, lineCall } from "../chain/proofCalls.ts";
import type { Call, Sender } from "../chain/sender.ts";
import { lineContract } from "../chain/line.ts";
import { InputError, NodeError, RefusedError } from "../base/errors.ts";
import type { Margin } from "../margin/rule.ts";
import type { CircuitName } from "../protocol/constants.ts";
import type { Proof } from "../groth16/proof.ts";
import type { Task } from "./daemon.ts";
import type { Fields, Log } from "./log.ts";
import { marginIn } from "../statements/covered.ts";
import { receiveStatement } from "../statements/receive.ts";
import { solvencyStatement } from "../statements/solvency.ts";
import type { Statement } from "../statements/statement.ts";
import type { ChainWallet } from "../wallet/chainWallet.ts";
import { movesOf, warningsOf, type KeeperMove, type LineSight, type Sight } from "../wallet/keeperMoves.ts";
import { contextOf, newestTable, nodeOf } from "../wallet/submissions.ts";
import type { TraderLine, TraderView } from "../wallet/traderView.ts";

export interface KeeperMeans {
  readonly network: Network;
  readonly wallet: ChainWallet;
  readonly keys: ProveKeys;
  readonly tables: TableSources;
  readonly prove: <C extends CircuitName>(statement: Statement<C>) => Promise<Proof<C>>;
  /** Sends from the keeper's own address on a chain. */
  sender(chain: string): Promise<Sender>;
  readonly log: Log;
}

/** More than there are lines: each is refreshed once in a run, and there is one receipt. */
const MOST_MOVES = 257;

/**
 * Receives what arrives for one account and refreshes its lines before they lapse, with the prove key alone: a daemon's
 * task.
 *
 * @example
 * ```ts
 * import { proofRequest } from "plimsoll";
 * import { Daemon, Keeper, type KeeperMeans } from "plimsoll/services";
 *
 * const prove: KeeperMeans["prove"] = (statement) => prover.prove(proofRequest(statement));
 * const tables = { urls: reporters, store };
 * const keeper = new Keeper({ network, wallet, keys, tables, prove, sender: senderOn, log });
 * await new Daemon([keeper], { log, interval: 15_000, longestPause: 300_000 }).run(signal);
 * ```
 */
export class Keeper implements Task {
  readonly name = "keep";
  private readonly keys: ProveKeys;
  /** Warnings that held at the last look, by their keys. */
  private warned = new Set<string>();
  /** Newest table that each line was proven on, by issuer. */
  private readonly provenOn = new Map<number, bigint>();

  constructor(private readonly means: KeeperMeans) {
    // Whatever else the keys hold, a keeper proves without it.
    const { proveKey, spendLock } = means.keys;
    this.keys = { proveKey, spendLock };
  }

  /**
   * Makes every move that there is to make, looking again after each. A chain that is out of order holds up no other.
   * Returns what health shows. Throws a NodeError, when all else is done, for a chain that didn't answer.
   */
  async run(): Promise<Fields> {
    const done = new Set<string>();
    const failed: NodeError[] = [];
    const silent = new Set<string>();
    for (const { name } of this.means.network.chains) {
      // What was signed before a crash must show before anything is decided.
      await this.means
        .sender(name)
        .then((sender) => sender.drained())
        .catch((error: unknown) => {
          if (!(error instanceof NodeError)) throw error;
          failed.push(error);
          silent.add(name);
        });
    }
    for (let moves = 0; moves < MOST_MOVES; moves++) {
      const view = await this.means.wallet.refresh();
      const sight = await this.look(view);
      this.warn(view, sight);
      const move = movesOf(sight).find((known) => !done.has(nameOf(known)) && !silent.has(this.chainOf(known)));
      if (move === undefined) {
        if (failed[0] !== undefined) throw failed[0];
        return shown(view, sight);
      }
      // One that succeeds isn't made again before the next run, or an eager chain could keep a keeper busy with it.
      done.add(nameOf(move));
      await this.make(view, move).catch((error: unknown) => {
        if (error instanceof NodeError) failed.push(error);
        // Another keeper, or the trader, was there first, or the chain has moved on.
        else if (error instanceof RefusedError)
          this.means.log("warn", "refused", { what: nameOf(move), reason: error.message });
        else throw error;
      });
    }
    throw new InputError("keeper", `must come to rest within ${MOST_MOVES} moves`);
  }

  private async make(view: TraderView, move: KeeperMove): Promise<void> {
    const chain = this.chainOf(move);
    const sender = await this.means.sender(chain);
    const call =
      move.kind === "receive" ? await this.receive(view, move, sender) : await this.refresh(view, move, sender);
    const { hash, gasUsed } = await sender.send(call);
    if (move.kind === "refresh") this.provenOn.set(move.line.issuer.id, move.tableRoot);
    this.means.log("info", nameOf(move), {
      chain,
      transaction: hash,
      gas: gasUsed,
      ...(move.kind === "refresh" ? { coverage: move.coverage } : { notes: move.notes.length }),
    });
  }

  private chainOf(move: KeeperMove): string {
    return move.kind === "receive" ? this.means.network.home : move.line.issuer.chain;
  }

  private async receive(
    { account, slot, notesRoot }: TraderView,
    { notes }: Extract<KeeperMove, { kind: "receive" }>,
    sender: Sender,
  ): Promise<Call> {
    const { registry } = this.means.network;
    const { context, deadline } = await contextOf(sender.node, registry, sender.address);
    const { statement } = receiveStatement({ keys: this.keys, from: account!, notes, notesRoot, context });
    return receiveCall(registry, slot, await this.means.prove(statement), deadline);
  }

  private async refresh(
    view: TraderView,
    { line, coverage }: Extract<KeeperMove, { kind: "refresh" }>,
    sender: Sender,
  ): Promise<Call> {
    const { issuer, credit, release } = line;
    const [path, { tree }] = await Promise.all([
      view.accountPath(issuer.chain),
      newestTable(sender.node, this.means.tables, view.tier!),
    ]);
    const { context, deadline } = await contextOf(sender.node, issuer.contract, sender.address);
    const statement = solvencyStatement({
      account: view.account!,
      keys: this.keys,
      path: path!,
      table: tree,
      coverage,
      issuerId: issuer.id,
      show: [credit, release],
      committee: this.means.network.committee,
      context,
    });
    return lineCall(lineContract(issuer), issuer.contract, "prove", await this.means.prove(statement), deadline);
  }

  private async look(view: TraderView): Promise<Sight> {
    const {
      account,
      notes,
      receivableAt,
      network: { home },
      tier = view.network.tiers[0]!,
      lines,
    } = view;
    const table = await newestTable(nodeOf(view.nodes, home), this.means.tables, tier).catch(unlessDefect);
    return {
      account,
      notes,
      mayReceive: view.blocks.get(home)!.time >= receivableAt,
      listed: table && new Set(table.listed.table.rows.map(({ instrument }) => instrument)),
      margin: table && account && marginOf(account.holdings, table.tree),
      lines: await Promise.all(lines.filter(({ status }) => status === "open").map((line) => this.lookAt(view, line))),
    };
  }

  private async lookAt(view: TraderView, line: TraderLine): Promise<LineSight> {
    const { issuer } = line;
    const node = nodeOf(view.nodes, issuer.chain);
    const { riskTable, roots } = node.chain;
    const now = view.blocks.get(issuer.chain)!.time;
    const validity = Number(await node.read<bigint>(lineContract(issuer), issuer.contract, "validity"));
    const tableRoot = await node.read<bigint>("RiskTable", riskTable, "newestRoot");
    const seen = { line, now, validity, tableRoot, provenOn: this.provenOn.get(issuer.id) };
    const blocked = (why: string, arriving = false): LineSight => ({
      ...seen,
      proofUntil: undefined,
      margin: undefined,
      blocked: why,
      arriving,
    });

    if (view.account === undefined) return blocked("there is no account");
    if (tableRoot === 0n) return blocked("no risk table has been published");
    const [{ asOf }, goodUntil] = await Promise.all([
      node.read<{ asOf: bigint }>("RiskTable", riskTable, "epochOf", tableRoot),
      node.read<bigint>("RiskTable", riskTable, "goodUntil", tableRoot),
    ]);
    if (now > goodUntil) return blocked("the newest risk table is over, and no reporter has published another");
    const path = await view.accountPath(issuer.chain);
    if (path === undefined) return blocked("the account's last change hasn't arrived on its chain", true);
    const rootTime = await node.read<bigint>(
      "RootMirror",
      roots[this.means.network.home]!,
      "rootTime",
      this.means.network.registry,
      ROOT_SLOTS.accounts,
      path.root,
    );
    if (rootTime === 0n) return blocked("the root of the account isn't known on its chain any more");
    const table = await newestTable(node, this.means.tables, view.account.tier).catch(unlessDefect);
    if (table === undefined) return blocked("no reporter gives the newest risk table");
    const margin = marginOf(view.account.holdings, table.tree);
    if (margin === undefined) return blocked("the newest risk table doesn't list all that the account holds");
    const from = Number(rootTime < asOf ? rootTime : asOf);
    return {
      ...seen,
      blocked: undefined,
      arriving: false,
      margin,
      proofUntil: Math.min(from + validity, Number(goodUntil)),
    };
  }

  /** Says what has begun to be so; of the margin's bands the deepest alone. */
  private warn(view: TraderView, sight: Sight): void {
    const now = [
      ...warningsOf(sight),
      ...[...view.warnings, ...view.missing.map((chain) => `${chain}'s node doesn't answer`)].map((what) => ({
        kind: "other" as const,
        key: what,
        what,
      })),
    ];
    const begun = now.filter(({ key }) => !this.warned.has(key));
    const deepest = begun.filter(({ kind }) => kind === "margin").at(-1);
    for (const warning of begun) {
      if (warning.kind !== "margin" || warning === deepest)
        this.means.log(warning.key === "below 80" ? "alarm" : "warn", "attention", { what: warning.what });
    }
    this.warned = new Set(now.map(({ key }) => key));
  }
}

/** Undefined where the table doesn't list all that is held. */
function marginOf(...[holdings, tree]: Parameters<typeof marginIn>): Margin | undefined {
  return holdings.every(({ instrument }) => tree.has(instrument)) ? marginIn(holdings, tree) : undefined;
}

const nameOf = (move: KeeperMove): string => (move.kind === "receive" ? "receive" : `refresh ${move.line.issuer.name}`);

/** A table that can't be had now is no defect: the next look asks again. */
function unlessDefect(error: unknown): undefined {
  if (!(error instanceof NodeError)) throw error;
}

const shown = ({ account, notes }: TraderView, { margin, lines }: Sight): Fields => ({
  version: account?.version,
  notesWaiting: notes.length,
  equity: margin?.equity,
  requirement: margin?.requirement,
  lines: Object.fromEntries(
    lines.map(({ line: { issuer, validUntil }, now, blocked }) => [
      issuer.name,
      { secondsLeft: validUntil - now, ...(blocked === undefined ? {} : { blocked }) },
    ]),
  ),
});
