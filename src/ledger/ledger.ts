/**
 * A local ledger: the registry, the issuers and the vaults' paying out on one machine, so that accounts can move today
 * without any chain. It is the registry's rules (PROTOCOL.md, sections 4 and 7) in TypeScript; contracts follow the
 * same ones. Left out is the pace of receives, which guards a shared chain against spam. It knows what issuers know: who
 * gets a note under which alias, and its legs; never an owner, a key or what an account holds. Whoever can write its
 * file can write any history into it: a local ledger convinces its owner alone.
 *
 * @module
 */
import { randomBytes } from "@noble/hashes/utils.js";
import { ProofError } from "../base/errors.ts";
import {
  COVERAGE_INITIAL, INSTRUMENT_BITS, LOTS_BITS, RECIPIENT_BITS, TIERS, type CircuitName, type TierName,
} from "../protocol/constants.ts";
import { loadVerificationKey } from "../prover/artifacts.ts";
import { unpackClaim } from "../protocol/claim.ts";
import { contextSignal } from "../protocol/context.ts";
import type { VerificationKey } from "../groth16/groth16.ts";
import type { Proof } from "../groth16/proof.ts";
import { verify } from "../groth16/verify.ts";
import { Records } from "./records.ts";
import type { Change, LedgerState, Payment, Submission } from "./state.ts";

/** The keys that the ledger trusts; by default those of the build. */
export type LoadKey = (circuit: CircuitName, tier: TierName) => Promise<{ readonly verificationKey: VerificationKey }>;

/** EIP-155 chain id in the context of every proof to a local ledger. */
const LOCAL_CHAIN = 0n;

/** What a proof says, whether it has been made yet or not. */
type Asked<C extends CircuitName> = Pick<Proof<C>, "tier" | "signals">;

export class Ledger extends Records {
  /** Takes up a state; throws an InputError for one that no ledger comes to. Start with {@link Ledger.create}. */
  constructor(
    state: LedgerState,
    private readonly loadKey: LoadKey = loadVerificationKey,
  ) {
    super(state);
  }

  /** An empty ledger for accounts of `tier` and all tiers whose trees are as deep: 20 for M and L. */
  static create(tier: TierName = "M", loadKey?: LoadKey): Ledger {
    const address = `0x${Buffer.from(randomBytes(20)).toString("hex")}`;
    const empty = { tables: [], notes: [], changes: [], exits: [], payments: [], nullifiers: [], openings: [] };
    return new Ledger({ address, depth: TIERS[tier].depth, ...empty }, loadKey);
  }

  /** The context that a proof to this ledger must carry. */
  context({ account, deadline }: Pick<Submission, "account" | "deadline">): bigint {
    return contextSignal({ chainId: LOCAL_CHAIN, contract: this.address, account, deadline });
  }

  /**
   * Opens an account or receives notes into one.
   *
   * @returns the change as published
   * @throws ProofError naming the signal and the rule; then nothing has changed
   */
  async receive(proof: Proof<"receive">, submission: Submission): Promise<Change> {
    await this.check(proof, "receive", submission);
    const change = this.checkReceive(proof, submission);
    const { oldCommitment, openingNullifier, nullifiers } = proof.signals;

    this.addChange(change, "change");
    nullifiers.forEach((nullifier) => this.nullifiers.add(nullifier));
    if (oldCommitment === 0n) this.openings.add(openingNullifier);
    return change;
  }

  /**
   * The rules for a receipt but for its proof, for those who ask before they prove.
   *
   * @returns the change that it would make
   * @throws ProofError naming the signal and the rule
   */
  checkReceive(asked: Asked<"receive">, { now }: Pick<Submission, "now">): Change {
    const { oldCommitment, notesRoot, openingNullifier, nullifiers } = asked.signals;
    must(notesRoot === this.notesRoot, "notesRoot", "must be the current one");
    const opens = oldCommitment === 0n;
    must(opens === (openingNullifier !== 0n), "openingNullifier", "must be there if the account opens, and only then");
    must(!opens || !this.openings.has(openingNullifier), "openingNullifier", "must not be spent: one owner has one account");
    nullifiers.forEach((nullifier, i) => {
      must(!this.nullifiers.has(nullifier), `nullifiers[${i}]`, "must not be spent");
      must(nullifiers.indexOf(nullifier) === i, `nullifiers[${i}]`, "must not be spent twice at once");
    });
    return this.nextChange(asked, now);
  }

  /**
   * Spends an account, at initial margin and on the newest table while it is good; on any table ever published, if the
   * proof says that the move is right on any.
   *
   * @returns the change as published
   * @throws ProofError naming the signal and the rule; then nothing has changed
   */
  async spend(proof: Proof<"spend">, submission: Submission): Promise<Change> {
    await this.check(proof, "spend", submission);
    const change = this.checkSpend(proof, submission);
    const { exitLeaf } = proof.signals;

    this.addChange(change, "change");
    if (exitLeaf !== 0n) this.exitTree.add(exitLeaf);
    return change;
  }

  /** As {@link checkReceive}, for a spending. */
  checkSpend(asked: Asked<"spend">, { now }: Pick<Submission, "now">): Change {
    const { oldCommitment, tableRoot, exitLeaf, claim } = asked.signals;
    const { coverage, onAnyTable } = unpackClaim("spend", claim, "publicSignals.claim");
    must(coverage === COVERAGE_INITIAL, "claim.coverage", `must be ${COVERAGE_INITIAL}, initial margin, got ${coverage}`);
    must(oldCommitment !== 0n, "oldCommitment", "must be of an open account");
    if (onAnyTable) {
      must(this.tables.some(({ root }) => root === tableRoot), "tableRoot", "must be of a table published here");
    } else {
      const newest = this.newestTable;
      must(newest?.root === tableRoot, "tableRoot", "must be of the newest table");
      must(now <= BigInt(newest!.notAfter), "tableRoot", `must be of a table that is still good: this one was until ${newest!.notAfter}`);
    }
    must(!this.exitTree.leaves.includes(exitLeaf), "exitLeaf", "must be new");
    must(exitLeaf === 0n || this.hasRoom(this.exitTree), "exitLeaf", "finds the exits tree full");
    return this.nextChange(asked, now);
  }

  /**
   * Pays an exit.
   *
   * @throws ProofError naming the signal and the rule; then nothing has changed
   */
  async exit(proof: Proof<"exit">, submission: Submission): Promise<Payment> {
    await this.check(proof, "exit", submission);
    const { exitsRoot, spent, instrument, lots, recipient } = proof.signals;
    must(exitsRoot === this.exitsRoot && exitsRoot !== 0n, "exitsRoot", "must be the current one");
    must(!this.paid.has(spent), "spent", "must not be paid twice");
    must(recipient > 0n && recipient >> BigInt(RECIPIENT_BITS) === 0n, "recipient", "must be an address other than 0");
    must(lots > 0n && lots >> BigInt(LOTS_BITS) === 0n, "lots", `must be from 1 to 2^${LOTS_BITS} − 1`);
    must(instrument >> BigInt(INSTRUMENT_BITS) === 0n, "instrument", `must be below 2^${INSTRUMENT_BITS}`);
    const payment = { spent, instrument: Number(instrument), lots, recipient };

    this.paid.add(spent);
    this.payments.push(payment);
    return payment;
  }

  /** What holds for every proof. Rules on the ledger's state come after, without waiting in between. */
  private async check(proof: Proof, circuit: CircuitName, { account, deadline, now }: Submission): Promise<void> {
    if (proof.circuit !== circuit) throw new ProofError("circuit", `must be ${circuit}, got ${proof.circuit}`);
    this.checkTier(proof.tier);
    if (now > deadline) throw new ProofError("deadline", `must not have passed: it was ${deadline}, now is ${now}`);
    const expected = this.context({ account, deadline });
    must(proof.signals.context === expected, "context", "must name this ledger, its submitter and the deadline");
    const { verificationKey } = await this.loadKey(circuit, proof.tier);
    await verify(proof, verificationKey);
  }

  private checkTier(tier: TierName): void {
    if (TIERS[tier].depth !== this.depth) throw new ProofError("tier", `must be one with trees of depth ${this.depth}, got ${tier}`);
  }

  /** The change that it makes to the account's slot, or to a new one. */
  private nextChange({ tier, signals }: Asked<"receive"> | Asked<"spend">, now: bigint): Change {
    const { oldCommitment, newCommitment, cipher } = signals;
    this.checkTier(tier);
    const opens = oldCommitment === 0n;
    const slot = opens ? this.accounts.leaves.length : this.slots.get(oldCommitment);
    must(slot !== undefined, "oldCommitment", "must be a current state of an account");
    must(!opens || this.hasRoom(this.accounts), "oldCommitment", "finds the accounts tree full");
    must(newCommitment !== 0n && !this.commitments.has(newCommitment), "newCommitment", "must be new");
    return { slot: slot!, tier, commitment: newCommitment, cipher: [...cipher], time: Number(now) };
  }
}

function must(holds: boolean, signal: string, rule: string): void {
  if (!holds) throw new ProofError(`publicSignals.${signal}`, rule);
}
