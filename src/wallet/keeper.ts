/**
 * A keeper: folds what arrives and refreshes lines before they lapse, with the prove key alone. It can neither draw nor
 * release, lower nor withdraw: those take the spend key or the operator's. It keeps nothing: killed at any point and
 * started again it looks at the chains, and what it had signed is in its senders' journals. Two keepers of one account
 * cost each other gas and nothing else.
 *
 * @module
 */
import type { ProveKeys } from "../account/keys.ts";
import type { BookSources } from "../chain/bookSource.ts";
import { ROOT_SLOTS } from "../chain/calls.ts";
import type { Network } from "../chain/network.ts";
import { foldCall, standingCall } from "../chain/proofCalls.ts";
import type { Call, Sender } from "../chain/sender.ts";
import { standingContract } from "../chain/standing.ts";
import { InputError, NodeError, RefusedError } from "../errors.ts";
import type { Margin } from "../margin.ts";
import type { CircuitName } from "../protocol.ts";
import type { Proof } from "../prove/proof.ts";
import type { Task } from "../relay/daemon.ts";
import type { Fields, Log } from "../relay/log.ts";
import { marginIn } from "../statements/floating.ts";
import { foldStatement } from "../statements/fold.ts";
import { solvencyStatement } from "../statements/solvency.ts";
import type { Statement } from "../statements/statement.ts";
import type { ChainWallet } from "./chainWallet.ts";
import { movesOf, warningsOf, type KeeperMove, type LineSight, type Sight } from "./keeperMoves.ts";
import { contextOf, newestBook, nodeOf } from "./submissions.ts";
import type { TraderLine, TraderView } from "./traderView.ts";

export interface KeeperMeans {
  readonly network: Network;
  readonly wallet: ChainWallet;
  readonly keys: ProveKeys;
  readonly books: BookSources;
  readonly prove: <C extends CircuitName>(statement: Statement<C>) => Promise<Proof<C>>;
  /** Sends from the keeper's own address on a chain. */
  sender(chain: string): Promise<Sender>;
  readonly log: Log;
}

/** More than there are lines: each is refreshed once in a run, and there is one fold. */
const MOST_MOVES = 257;

export class Keeper implements Task {
  readonly name = "keep";
  private readonly keys: ProveKeys;
  /** Warnings that held at the last look, by their keys. */
  private warned = new Set<string>();
  /** Newest book that each line was proven on, by issuer. */
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
      await this.means.sender(name).then((sender) => sender.drained()).catch((error: unknown) => {
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
        else if (error instanceof RefusedError) this.means.log("warn", "refused", { what: nameOf(move), reason: error.message });
        else throw error;
      });
    }
    throw new InputError("keeper", `must come to rest within ${MOST_MOVES} moves`);
  }

  private async make(view: TraderView, move: KeeperMove): Promise<void> {
    const chain = this.chainOf(move);
    const sender = await this.means.sender(chain);
    const call = move.kind === "fold" ? await this.fold(view, move, sender) : await this.refresh(view, move, sender);
    const { hash, gasUsed } = await sender.send(call);
    if (move.kind === "refresh") this.provenOn.set(move.line.issuer.id, move.bookRoot);
    this.means.log("info", nameOf(move), { chain, transaction: hash, gas: gasUsed, ...(move.kind === "refresh" ? { coverage: move.coverage } : { notes: move.notes.length }) });
  }

  private chainOf(move: KeeperMove): string {
    return move.kind === "fold" ? this.means.network.home : move.line.issuer.chain;
  }

  private async fold({ account, slot, notesRoot }: TraderView, { notes }: Extract<KeeperMove, { kind: "fold" }>, sender: Sender): Promise<Call> {
    const { registry } = this.means.network;
    const { context, deadline } = await contextOf(sender.node, registry, sender.address);
    const { statement } = foldStatement({ keys: this.keys, from: account!, notes, notesRoot, context });
    return foldCall(registry, slot, await this.means.prove(statement), deadline);
  }

  private async refresh(view: TraderView, { line, coverage }: Extract<KeeperMove, { kind: "refresh" }>, sender: Sender): Promise<Call> {
    const { issuer, credit, release } = line;
    const [path, { tree }] = await Promise.all([view.accountPath(issuer.chain), newestBook(sender.node, this.means.books, view.tier!)]);
    const { context, deadline } = await contextOf(sender.node, issuer.contract, sender.address);
    const statement = solvencyStatement({
      account: view.account!, keys: this.keys, path: path!, book: tree, coverage, issuerId: issuer.id, show: [credit, release], committee: this.means.network.committee, context,
    });
    return standingCall(standingContract(issuer), issuer.contract, "prove", await this.means.prove(statement), deadline);
  }

  private async look(view: TraderView): Promise<Sight> {
    const { account, notes, foldableAt, network: { home }, tier = view.network.tiers[0]!, lines } = view;
    const book = await newestBook(nodeOf(view.nodes, home), this.means.books, tier).catch(unlessDefect);
    return {
      account, notes,
      mayFold: view.blocks.get(home)!.time >= foldableAt,
      listed: book && new Set(book.listed.book.rows.map(({ instrument }) => instrument)),
      margin: book && account && marginOf(account.holdings, book.tree),
      lines: await Promise.all(lines.filter(({ status }) => status === "open").map((line) => this.lookAt(view, line))),
    };
  }

  private async lookAt(view: TraderView, line: TraderLine): Promise<LineSight> {
    const { issuer } = line;
    const node = nodeOf(view.nodes, issuer.chain);
    const { riskBook, roots } = node.chain;
    const now = view.blocks.get(issuer.chain)!.time;
    const validity = Number(await node.read<bigint>(standingContract(issuer), issuer.contract, "validity"));
    const bookRoot = await node.read<bigint>("RiskBook", riskBook, "newestRoot");
    const seen = { line, now, validity, bookRoot, provenOn: this.provenOn.get(issuer.id) };
    const blocked = (why: string, arriving = false): LineSight => ({ ...seen, proofUntil: undefined, margin: undefined, blocked: why, arriving });

    if (view.account === undefined) return blocked("there is no account");
    if (bookRoot === 0n) return blocked("no risk book has been published");
    const [{ asOf }, goodUntil] = await Promise.all([
      node.read<{ asOf: bigint }>("RiskBook", riskBook, "epochOf", bookRoot), node.read<bigint>("RiskBook", riskBook, "goodUntil", bookRoot),
    ]);
    if (now > goodUntil) return blocked("the newest risk book is over, and no reporter has published another");
    const path = await view.accountPath(issuer.chain);
    if (path === undefined) return blocked("the account's last change hasn't arrived on its chain", true);
    const rootTime = await node.read<bigint>("RootMirror", roots[this.means.network.home]!, "rootTime", this.means.network.registry, ROOT_SLOTS.accounts, path.root);
    if (rootTime === 0n) return blocked("the root of the account isn't known on its chain any more");
    const book = await newestBook(node, this.means.books, view.account.tier).catch(unlessDefect);
    if (book === undefined) return blocked("no reporter gives the newest risk book");
    const margin = marginOf(view.account.holdings, book.tree);
    if (margin === undefined) return blocked("the newest risk book doesn't list all that the account holds");
    const from = Number(rootTime < asOf ? rootTime : asOf);
    return { ...seen, blocked: undefined, arriving: false, margin, proofUntil: Math.min(from + validity, Number(goodUntil)) };
  }

  /** Says what has begun to be so; of the margin's bands the deepest alone. */
  private warn(view: TraderView, sight: Sight): void {
    const now = [
      ...warningsOf(sight),
      ...[...view.warnings, ...view.missing.map((chain) => `${chain}'s node doesn't answer`)].map((what) => ({ kind: "other" as const, key: what, what })),
    ];
    const begun = now.filter(({ key }) => !this.warned.has(key));
    const deepest = begun.filter(({ kind }) => kind === "margin").at(-1);
    for (const warning of begun) {
      if (warning.kind !== "margin" || warning === deepest) this.means.log(warning.key === "below 80" ? "alarm" : "warn", "attention", { what: warning.what });
    }
    this.warned = new Set(now.map(({ key }) => key));
  }
}

/** Undefined where the book doesn't list all that is held. */
function marginOf(...[holdings, tree]: Parameters<typeof marginIn>): Margin | undefined {
  return holdings.every(({ instrument }) => tree.has(instrument)) ? marginIn(holdings, tree) : undefined;
}

const nameOf = (move: KeeperMove): string => (move.kind === "fold" ? "fold" : `refresh ${move.line.issuer.name}`);

/** A book that can't be had now is no defect: the next look asks again. */
function unlessDefect(error: unknown): undefined {
  if (!(error instanceof NodeError)) throw error;
}

const shown = ({ account, notes }: TraderView, { margin, lines }: Sight): Fields => ({
  version: account?.version, notesWaiting: notes.length, equity: margin?.equity, requirement: margin?.requirement,
  lines: Object.fromEntries(lines.map(({ line: { issuer, validUntil }, now, blocked }) => [issuer.name, { secondsLeft: validUntil - now, ...(blocked === undefined ? {} : { blocked }) }])),
});
