/** Whatever a contract says, or doesn't, is a refusal that says so. */
import { Interface, type ErrorFragment } from "ethers";
import { expect, it } from "vitest";
import { ABI } from "../../src/chain/abi.ts";
import { refusalOf } from "../../src/chain/refusals.ts";
import { RefusedError } from "../../src/base/errors.ts";

const reason = new Interface(["error Error(string)", "error Panic(uint256)"]);
const said = (text: string): string => reason.encodeErrorResult("Error", [text]);
const desk = new Interface(ABI.CreditDesk);
/** An error of whole numbers alone. */
let named: ErrorFragment | undefined;
desk.forEachError((error) => {
  if (error.inputs.length > 0 && error.inputs.every(({ type }) => type.startsWith("uint"))) named ??= error;
});
const values = named!.inputs.map((_, i) => BigInt(i + 1));
const full = desk.encodeErrorResult(named!.name, values);

it.each([
  ["nothing", undefined],
  ["null", null],
  ["no bytes", "0x"],
  ["two bytes", "0x1234"],
  ["half a byte", "0x123"],
  ["no hex", "0xzz"],
  ["an object that says nothing", { message: "x", data: "0x" }],
  ["a selector alone, in a sentence", "Reverted 0x08c379a0"],
  ["a number", 7],
  ["an error of somebody else", "0xdeadbeef"],
  ["a known error cut short", full.slice(0, -2)],
  ["a selector alone", full.slice(0, 10)],
  ["a reason that is empty", said("")],
  ["a reason that is no text", `${said("abcd").slice(0, -64)}ff${"0".repeat(62)}`],
  ["a reason longer than what is there", said("abcd").slice(0, 138)],
  ["a list", ["0x"]],
  ["data in data in nothing", { data: { data: {} } }],
])("%s is a refusal without a reason", (_, data) => {
  for (const error of [
    { code: "CALL_EXCEPTION", data },
    { code: "CALL_EXCEPTION", data: null, info: { error: { data } } },
  ]) {
    const refused = refusalOf(error, "X.y");
    expect(refused).toBeInstanceOf(RefusedError);
    expect(refused!.message).toBe("X.y: reverted without a reason");
  }
});

it.each([
  ["alone", full],
  ["in an object", { message: "reverted", data: full }],
  ["in an object of an object", { data: { data: full } }],
  ["in a sentence", `Reverted ${full}`],
])("a contract's own error is found %s", (_, data) => {
  expect(refusalOf({ code: "CALL_EXCEPTION", data: null, info: { error: data } }, "X.y") ?? {}).toMatchObject(
    typeof data === "string"
      ? { refusal: named!.name }
      : {
          refusal: named!.name,
          args: Object.fromEntries(
            Object.values(desk.getError(named!.name)!.inputs).map(({ name }, i) => [name, values[i]]),
          ),
        },
  );
});

it("a token's reason is one short line", () => {
  expect(refusalOf({ code: "CALL_EXCEPTION", data: said("ERC20: too much") }, "X.y")!.message).toBe(
    "X.y: ERC20: too much",
  );
  expect(refusalOf({ code: "CALL_EXCEPTION", data: said(`\u001b[2J${"ha\n".repeat(200)}`) }, "X.y")!.refusal).toMatch(
    /^\[2J(ha )+h?a?…$/,
  );
  expect(refusalOf({ code: "CALL_EXCEPTION", data: reason.encodeErrorResult("Panic", [17]) }, "X.y")!.refusal).toBe(
    "Panic",
  );
});

it("is none when no contract refused", () => {
  expect(refusalOf({ code: "TIMEOUT" }, "X.y")).toBeUndefined();
  expect(refusalOf(new Error("x"), "X.y")).toBeUndefined();
});
