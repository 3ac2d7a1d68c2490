/**
 * ethers' provider on an {@link Endpoint}: whatever a node, or what stands before it, does wrong is a NodeError that names
 * the chain, the method and the node's own word, for every caller, and none can show the URL. Calls that a contract
 * reverts stay what ethers makes of them.
 *
 * @module
 */
import { AbiCoder, JsonRpcApiProvider, type JsonRpcError, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import { NodeError } from "../base/errors.ts";
import { Endpoint, type Answer, type EndpointOptions } from "../base/endpoint.ts";
import { revertData } from "./refusals.ts";

/** A method that a node answers with an error: what it said, and its number. */
export class NodeRefusal extends NodeError {
  constructor(
    chain: string,
    readonly method: string,
    readonly code: number | undefined,
    /** The node's word, made fit to print. */
    readonly said: string,
  ) {
    super(
      chain,
      `the node refuses ${method}: ${said === "" ? "it doesn't say why" : said}${code === undefined ? "" : ` (${code})`}`,
    );
  }
}

const LIMITS: EndpointOptions = { timeout: 30_000, length: 256 * 2 ** 20, patience: 20_000 };
/** What nodes call a call that was executed and failed; all else is of the node, not of the contract. */
const EXECUTED =
  /revert|vm execution error|invalid opcode|bad jump|jump destination|out of gas|stack (under|over)flow|gas required exceeds|evm error|invalidfeopcode/i;
/** geth's number for a revert, with or without data. */
const REVERTED = 3;

/** Nodes by JSON-RPC. `pause` waits so many milliseconds before a node that is asked too often is asked again. */
export class RpcProvider extends JsonRpcApiProvider {
  readonly #endpoint: Endpoint;
  readonly #limits: EndpointOptions;

  /** Throws an InputError when `url` is no URL; nothing is asked yet. */
  constructor(chain: string, chainId: number, url: string, pause?: (milliseconds: number) => Promise<void>) {
    super(chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
    this.#endpoint = new Endpoint(chain, url);
    this.#limits = { ...LIMITS, ...(pause === undefined ? {} : { pause }) };
  }

  override send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    this._start();
    return super.send(method, params as unknown[]);
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<(JsonRpcResult | JsonRpcError)[]> {
    // One at a time: batchMaxCount is 1.
    const [one] = [payload].flat() as [JsonRpcPayload];
    const answer = await this.#endpoint.post(JSON.stringify(one), this.#limits).catch((error: unknown) => {
      if (!(error instanceof NodeError)) throw error;
      throw this.#didNotAnswer(one.method, error.rule);
    });
    return [this.#read(one, answer)];
  }

  override getRpcError({ method, params }: JsonRpcPayload, { error }: JsonRpcError): Error {
    const { code, message, data: inner } = (error ?? {}) as { code?: unknown; message?: unknown; data?: unknown };
    const said = typeof message === "string" ? message : "";
    if (method === "eth_call" || method === "eth_estimateGas") {
      const data = revertData(error);
      // Some wrap the word of the machine below.
      const below = (inner as { message?: unknown } | null | undefined)?.message ?? inner;
      if (
        code === REVERTED ||
        data !== undefined ||
        EXECUTED.test(`${said} ${typeof below === "string" ? below : ""}`)
      ) {
        return AbiCoder.getBuiltinCallException(
          method === "eth_call" ? "call" : "estimateGas",
          (params as [never])[0],
          data ?? null,
        );
      }
    }
    return new NodeRefusal(
      this.#endpoint.who,
      method,
      typeof code === "number" ? code : undefined,
      this.#endpoint.quote(said),
    );
  }

  #read({ id, method }: JsonRpcPayload, answer: Answer): JsonRpcResult | JsonRpcError {
    const json = parsed(answer.text);
    const isAnswer =
      typeof json === "object" && json !== null && ("result" in json || ("error" in json && json.error !== null));
    const known = json as { id?: unknown } | undefined;
    const isOk = answer.status >= 200 && answer.status <= 299;
    // Some nodes give their own errors a status too; what stands before a node doesn't know the request's number.
    const isNodes = isOk || (isAnswer && "error" in json && known?.id === id && !GATES.has(answer.status));
    if (!isNodes)
      throw this.#didNotAnswer(
        method,
        `${this.#endpoint.refused(answer)}${GATES.has(answer.status) ? "; the endpoint wants other credentials" : ""}`,
      );
    if (!isAnswer)
      throw this.#didNotAnswer(
        method,
        `HTTP ${answer.status} with ${answer.type === "" ? "something" : answer.type} that is no JSON-RPC`,
      );
    // An error may come before the request was read, without its number.
    if (known?.id != null && known.id !== id) throw this.#didNotAnswer(method, "it answers another request");
    return { ...json, id } as JsonRpcResult | JsonRpcError;
  }

  #didNotAnswer(method: string, why: string): NodeError {
    return new NodeError(this.#endpoint.who, `the node didn't answer ${method}: ${why}`);
  }
}

/** Statuses of whoever lets nobody through to the node. */
const GATES = new Set([401, 403]);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
