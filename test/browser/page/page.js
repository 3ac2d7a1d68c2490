// What the tests drive: both entries of the package, as a page gets them from its bundler.
import * as prove from "plimsoll/prove";
import * as toolkit from "plimsoll/toolkit";

globalThis.plimsoll = { ...prove, ...toolkit };
