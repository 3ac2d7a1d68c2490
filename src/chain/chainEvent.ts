/**
 * An event as a node gives it. Nothing of it is decoded before it is asked for, and what is asked for often is read without
 * decoding the rest.
 *
 * @module
 */
import { Interface } from "ethers";
import { NodeError } from "../base/errors.ts";
import { ABI, type AbiItem, type ContractName } from "./abi.ts";
import type { RawLog } from "./eventFile.ts";

/** A contract whose events are read. */
export interface EventSource {
  readonly name: ContractName;
  readonly address: string;
}

/**
 * Events that can't be what the contracts emitted: some are left out, or changed. Whoever keeps an {@link EventLog} of them
 * forgets it, since nothing tells which.
 */
export class WrongEvents extends NodeError {}

/** An event as its contract's interface reads it. */
export class ChainEvent {
  private decoded: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly source: EventSource,
    private readonly chain: string,
    private readonly raw: RawLog,
  ) {}

  /** Name of the event; empty for one that the interface doesn't have. */
  get event(): string {
    return interfaceOf(this.source.name).names.get(this.raw[4][0] ?? "") ?? "";
  }

  get block(): number {
    return this.raw[0];
  }

  /** Place among all logs of its block. */
  get index(): number {
    return this.raw[1];
  }

  get transaction(): string {
    return this.raw[2];
  }

  /** Arguments by name. Throws WrongEvents when they aren't encoded as the interface says. */
  get args(): Readonly<Record<string, unknown>> {
    if (this.decoded === undefined) {
      try {
        const { events } = interfaceOf(this.source.name);
        const fragment = events.getEvent(this.raw[4][0]!)!;
        const values = events.decodeEventLog(fragment, this.raw[5], this.raw[4]);
        this.decoded = Object.fromEntries(fragment.inputs.map(({ name }, i) => [name, values[i] as unknown]));
      } catch (cause) {
        throw new WrongEvents(
          this.chain,
          `the node gives an event ${this.source.name}.${this.event} that can't be read, in block ${this.block}`,
          { cause },
        );
      }
    }
    return this.decoded;
  }

  /** The i-th indexed argument, from 0, as a number. Reads ten thousand events in the time that {@link args} takes for a few hundred. */
  indexed(i: number): bigint {
    const topic = this.raw[4][i + 1];
    if (topic === undefined) throw this.short();
    return BigInt(topic);
  }

  /** The i-th word of the other arguments' encoding, from 0, as a number. */
  word(i: number): bigint {
    const digits = this.raw[5].slice(2 + 64 * i, 66 + 64 * i);
    if (digits.length !== 64) throw this.short();
    return BigInt(`0x${digits}`);
  }

  private short(): WrongEvents {
    return new WrongEvents(
      this.chain,
      `the node gives an event ${this.source.name}.${this.event} with too little in it, in block ${this.block}`,
    );
  }
}

interface EventInterface {
  readonly events: Interface;
  /** By topic. */
  readonly names: ReadonlyMap<string, string>;
}
const interfaces = new Map<ContractName, EventInterface>();

function interfaceOf(name: ContractName): EventInterface {
  let known = interfaces.get(name);
  if (known === undefined) {
    const events = new Interface((ABI[name] as readonly AbiItem[]).filter(({ type }) => type === "event"));
    const names = new Map<string, string>();
    events.forEachEvent((fragment) => names.set(fragment.topicHash, fragment.name));
    interfaces.set(name, (known = { events, names }));
  }
  return known;
}
