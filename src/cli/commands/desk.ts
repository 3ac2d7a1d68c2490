/**
 * plimsoll desk: what a desk or venue sees of its aliases, and the steps to default that anyone may take.
 *
 * @module
 */
import type { Command } from "commander";
import { examples, lazily } from "./declare.ts";

const actions = () => import("../desk.ts");

export function deskCommands(program: Command): void {
  const desk = program.command("desk").description("a desk's or venue's lines: what is out, until when, and what is due");
  examples(
    desk.command("status").description("funds, loans, lines, and whether draws stand still")
      .requiredOption("--issuer <issuer>", "name or id of the desk or venue"),
    "plimsoll desk status --issuer desk-a", "plimsoll desk status --issuer venue-a --json",
  ).action(lazily(actions, "status"));

  examples(
    desk.command("lines").description("every alias's line, the one that ends first on top")
      .requiredOption("--issuer <issuer>", "name or id of the desk or venue")
      .option("--lapse", "mark what is due as lapsed, and declare in default what is due to be; takes a key that can pay gas, anyone's"),
    "plimsoll desk lines --issuer desk-a", "plimsoll desk lines --issuer desk-a --lapse",
  ).action(lazily(actions, "lines"));
}
