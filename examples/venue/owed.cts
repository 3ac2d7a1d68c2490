/** The same package from CommonJS: what a desk's calls look like by its interface. */
import { Interface } from "ethers";
import { creditDeskAbi } from "plimsoll/contracts";
import { protocol } from "plimsoll/toolkit";

const desk = new Interface(creditDeskAbi);
console.log(desk.getFunction("draw")!.format("full"));
console.log(protocol.FIELD);
