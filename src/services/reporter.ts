/**
 * A reporter: computes the next epoch's table from its published market file, checks that it follows from the epoch before,
 * and signs it for the RiskTable of every chain. It signs one epoch for a number, ever: of two market files for one number
 * each reporter signs the first that is right and refuses the other, and if they don't meet the number is skipped.
 *
 * @module
 */
import type { Wallet } from "ethers";
import * as v from "valibot";
import { EPOCH_TYPES, signingDomain } from "../chain/calls.ts";
import { chainNamed } from "../chain/network.ts";
import { BoundedMap } from "../base/bounded.ts";
import { InputError, NodeError } from "../base/errors.ts";
import { TIERS, type Tier } from "../protocol/constants.ts";
import { encodeTable } from "../risk/tableFile.ts";
import type { Market } from "../risk/market.ts";
import type { Parameters } from "../risk/parameters.ts";
import { TableTree } from "../risk/tree.ts";
import { getJson, getText } from "../store/json.ts";
import type { Store } from "../store/store.ts";
import { EPOCH } from "./epoch.ts";
import type { Fields } from "./log.ts";
import { MARKET_NAME, type MarketFolder } from "./marketFolder.ts";
import { currentSet } from "./members.ts";
import { HttpRefusal, badRequest, type Handler } from "./server.ts";
import { toJson } from "../base/json.ts";
import { SignedOnce } from "./signedOnce.ts";
import { checkSuccession, compute, largestMove, type Computed } from "./succession.ts";
import type { World } from "./world.ts";

export interface ReporterOptions {
  /** Where tables and the record of what was signed are, under `report/`: lost, the reporter no longer knows what it signed. */
  readonly store: Store;
  readonly markets: MarketFolder;
  /** Those that all reporters agreed on. */
  readonly parameters: Parameters;
  /** Seconds since its prices were taken after which a market is signed no more: nobody picks the best hour of a day. */
  readonly maxAge: number;
  readonly keepTables: number;
}

/** Roots of the tables that are kept, the oldest first. */
const TABLES = v.array(v.pipe(v.string(), v.regex(/^\d{1,78}$/)));
const TABLES_KEY = "report/tables.json";
const tableKey = (root: bigint | string): string => `report/tables/${root}.json`;

/** What is written down before it is signed: the epoch, and the market file that it was computed from. */
const STATEMENT = v.object({ ...EPOCH.entries, market: v.string() });
/** A number before there was an epoch on chain: any that leaves room. */
const MOST_AT_FIRST = 2 ** 20;
const KEPT_EPOCHS = 4_096;
const LISTED_MARKETS = 100;
/** Tables and markets in memory: on chain, signed and not yet there, and one before. */
const REMEMBERED = 4;

/** A market that breaks no rule, its table, and the price move since the epoch before. */
interface Judged {
  readonly computed: Computed;
  readonly root: bigint;
  readonly move: number;
}

/** The market isn't wrong, only early. */
class NotYet extends Error {}

/**
 * Signs one epoch at a {@link Reporter.step}; serves tables, epochs and markets. Its store is to be backed up.
 *
 * @example
 * ```ts
 * import { DEFAULT_PARAMETERS } from "plimsoll";
 * import { Daemon, MarketFolder, Reporter } from "plimsoll/services";
 *
 * const markets = new MarketFolder("markets", [], log);
 * const options = { store, markets, parameters: DEFAULT_PARAMETERS, maxAge: 600, keepTables: 200 };
 * const reporter = await Reporter.open(world, signer, options);
 * const task = { name: "epoch", run: () => reporter.step() };
 * await new Daemon([task], { log, interval: 5_000, longestPause: 60_000 }).run(signal);
 * ```
 */
export class Reporter {
  private readonly tier: Tier;
  /** Tables by their root, the last few. */
  private readonly computed = new BoundedMap<bigint, Computed>(REMEMBERED);
  private readonly texts = new BoundedMap<string, Promise<string>>(REMEMBERED);

  private constructor(
    private readonly world: World,
    private readonly signer: Wallet,
    private readonly options: ReporterOptions,
    private readonly record: SignedOnce,
  ) {
    this.tier = TIERS[world.network.tiers[0]!];
  }

  static async open(world: World, signer: Wallet, options: ReporterOptions): Promise<Reporter> {
    const record = await SignedOnce.open(
      options.store,
      "report/reported.json",
      `${signer.address} reported`,
      KEPT_EPOCHS,
    );
    return new Reporter(world, signer, options, record);
  }

  /** Signs the next epoch, if there is a market for one. Throws a NodeError when the epoch before can't be computed. */
  async step(): Promise<Fields> {
    const { network } = this.world;
    const { markets } = this.options;
    const node = await this.world.node(network.home);
    const { riskTable } = chainNamed(network, network.home);
    const [head, root] = await Promise.all([node.block(), node.read<bigint>("RiskTable", riskTable, "newestRoot")]);
    const { number } = await node.read<{ number: bigint }>("RiskTable", riskTable, "epochOf", root);
    const newest = Number(number);
    await markets.fetch(newest);
    const waiting = await markets.names(newest);
    const before =
      root === 0n
        ? undefined
        : await this.published(
            root,
            waiting.filter(({ epoch }) => epoch === newest).map(({ name }) => name),
          );
    const signed = this.record.newest?.[0] ?? 0;

    for (const { name } of waiting.filter(({ epoch }) => epoch > Math.max(newest, signed))) {
      const judged = await this.judged(name, before, head.time);
      if (judged === undefined) continue;
      await this.sign(name, judged);
      break;
    }
    return {
      published: newest,
      signed: this.record.newest?.[0] ?? null,
      ageSeconds: before === undefined ? null : head.time - before.market.asOf,
    };
  }

  /**
   * GET /tables/<root>, /epochs/newest and /epochs/<number>, each with ?chain=<chain> to be signed, /markets and
   * /markets/<name>.
   */
  readonly handler: Handler = async ([path, name, ...rest], query) => {
    if (rest.length > 0) return undefined;
    if (path === "markets") return name === undefined ? toJson({ markets: this.signedMarkets }) : this.market(name);
    if (name === undefined) return undefined;
    if (path === "tables") return this.table(name);
    return path === "epochs" ? toJson(await this.epoch(name, query.get("chain"))) : undefined;
  };

  private get signedMarkets(): string[] {
    return [...this.record.all.values()]
      .slice(-LISTED_MARKETS)
      .map((statement) => v.parse(STATEMENT, JSON.parse(statement)).market);
  }

  /** The epoch that a market gives, unless it breaks a rule, and then it is refused for good, or is early. */
  private async judged(name: string, before: Computed | undefined, now: number): Promise<Judged | undefined> {
    try {
      return await this.judge(await this.options.markets.read(name), before, now);
    } catch (error) {
      if (error instanceof InputError) await this.options.markets.refuse(name, error.message);
      else if (!(error instanceof NotYet)) throw error;
      return undefined;
    }
  }

  private async judge(market: Market, before: Computed | undefined, now: number): Promise<Judged> {
    this.checkTimes(market, now);
    this.checkIssuers(market);
    await this.checkLength(market);
    const { parameters } = this.options;
    if (before === undefined) checkFirst(market);
    else if ((market.previous?.epoch ?? 0) > before.market.epoch) throw new NotYet();
    else checkSuccession(before, market);

    const computed = compute(market, parameters, this.tier);
    const { root } = await TableTree.build(computed.listed.table, this.tier);
    await this.checkRoot(root);
    return { computed, root, move: before === undefined ? 0 : largestMove(before, computed, parameters) };
  }

  /** Keeps the table for all to fetch, and commits to the epoch. */
  private async sign(name: string, { computed, root, move }: Judged): Promise<void> {
    const { epoch: number, asOf, notAfter } = computed.market;
    await this.keep(root, computed);
    await this.record.commit(
      number,
      toJson({ number: String(number), root, asOf, notAfter, largestMove: move, market: name }),
    );
    this.world.log("info", "epoch signed", { epoch: number, root, largestMove: move, market: name });
  }

  /** The home chain's clock counts: it is the same for all reporters, and the contract's. */
  private checkTimes({ asOf, notAfter }: Market, now: number): void {
    if (asOf > now) throw new NotYet();
    if (notAfter <= now) throw new InputError("market.notAfter", `must be after now, ${now}`, notAfter);
    if (now - asOf > this.options.maxAge)
      throw new InputError("market.asOf", `must be at most ${this.options.maxAge} s ago`, asOf);
  }

  /** What the network has is what it is there; a table may list more, of which nobody can have anything. */
  private checkIssuers({ issuers }: Market): void {
    issuers.forEach(({ id, kind, chain }, i) => {
      const known = this.world.network.issuers.find((issuer) => issuer.id === id);
      if (known === undefined) return;
      if (known.kind !== kind)
        throw new InputError(`market.issuers[${i}].kind`, `must be ${known.kind}, as in the network`, kind);
      if (known.chain !== chain)
        throw new InputError(`market.issuers[${i}].chain`, `must be ${known.chain}, as in the network`, chain);
    });
  }

  private async checkLength({ asOf, notAfter }: Market): Promise<void> {
    const { network } = this.world;
    const longest = await (
      await this.world.node(network.home)
    ).read<bigint>("RiskTable", chainNamed(network, network.home).riskTable, "longestEpoch");
    if (notAfter - asOf > longest)
      throw new InputError("market.notAfter", `must be at most ${longest} s after asOf`, notAfter);
  }

  /** A contract takes each root once. */
  private async checkRoot(root: bigint): Promise<void> {
    const { network } = this.world;
    const { number } = await (
      await this.world.node(network.home)
    ).read<{ number: bigint }>("RiskTable", chainNamed(network, network.home).riskTable, "epochOf", root);
    const signed = [...this.record.all.values()]
      .map((statement) => v.parse(EPOCH, JSON.parse(statement)))
      .find((epoch) => epoch.root === root);
    if (number !== 0n || signed !== undefined)
      throw new InputError("market", `must give another table than epoch ${signed?.number ?? number}`);
  }

  /** The epoch on chain, computed from the market file that gives its root. */
  private async published(root: bigint, names: readonly string[]): Promise<Computed> {
    const known = this.computed.get(root);
    if (known !== undefined) return known;
    for (const name of names) {
      try {
        const computed = compute(await this.options.markets.read(name), this.options.parameters, this.tier);
        if ((await TableTree.build(computed.listed.table, this.tier)).root !== root) continue;
        await this.keep(root, computed);
        return computed;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }
    throw new NodeError("markets", `no market file here gives the newest epoch's root ${root}`);
  }

  private async keep(root: bigint, computed: Computed): Promise<void> {
    const { store, keepTables } = this.options;
    const before = v.parse(TABLES, (await getJson(store, TABLES_KEY)) ?? []);
    const roots = [...before.filter((known) => known !== String(root)), String(root)];
    const gone = roots.splice(0, Math.max(0, roots.length - keepTables));
    await store.transaction([
      { key: tableKey(root), value: encodeTable(computed.listed) },
      { key: TABLES_KEY, value: JSON.stringify(roots) },
      ...gone.map((old) => ({ key: tableKey(old), value: undefined })),
    ]);
    this.computed.set(root, computed);
  }

  private async table(root: string): Promise<string> {
    if (!/^\d{1,78}$/.test(root)) throw badRequest("root", "must be a decimal", root);
    return BoundedMap.remembered(this.texts, root, () =>
      getText(this.options.store, tableKey(root)).then((text) => text ?? notHere("table")),
    );
  }

  private async market(name: string): Promise<string> {
    if (
      !MARKET_NAME.test(name) ||
      ![...this.record.all.values()].some((statement) => statement.includes(`"market":"${name}"`))
    )
      notHere("market");
    return (await this.options.markets.bytes(name).catch((cause: unknown) => notHere("market", cause))).toString(
      "utf8",
    );
  }

  private async epoch(which: string, chainName: string | null): Promise<object> {
    if (!/^(newest|\d{1,16})$/.test(which)) throw badRequest("epoch", 'must be "newest" or a number', which);
    const statement = which === "newest" ? this.record.newest?.[1] : this.record.all.get(Number(which));
    if (statement === undefined)
      throw new HttpRefusal(404, which === "newest" ? "nothing was signed yet" : `epoch ${which} wasn't signed here`);
    const { market, ...epoch } = v.parse(STATEMENT, JSON.parse(statement));
    if (chainName === null) return { epoch, market };

    const chain = this.world.network.chains.find(({ name }) => name === chainName);
    if (chain === undefined) throw new HttpRefusal(404, `there is no chain ${chainName}`);
    const { set, members } = await currentSet(await this.world.node(chainName), "RiskTable", chain.riskTable);
    const place = members.indexOf(this.signer.address);
    if (place < 0) throw new HttpRefusal(403, `${this.signer.address} is none of the reporters in force`, { set });
    const domain = signingDomain("RiskTable", BigInt(chain.chainId), chain.riskTable);
    return {
      epoch,
      market,
      set,
      place,
      signature: await this.signer.signTypedData(domain, EPOCH_TYPES, { ...epoch, set }),
    };
  }
}

function checkFirst({ epoch, previous }: Market): void {
  if (previous !== undefined) throw new InputError("market.previous", "must be absent: no epoch is published");
  if (epoch < 1 || epoch > MOST_AT_FIRST)
    throw new InputError("market.epoch", `must be from 1 to ${MOST_AT_FIRST} at first`, epoch);
}

function notHere(what: string, cause?: unknown): never {
  if (cause !== undefined && (cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
  throw new HttpRefusal(404, `the ${what} isn't here`);
}
