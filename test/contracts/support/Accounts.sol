// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {AccountRegistry} from "contracts/AccountRegistry.sol";
import {IssuerNotes} from "contracts/IssuerNotes.sol";
import {Circuit, ReceiveSignals, SpendSignals, Signals, Tier} from "contracts/generated/Protocol.sol";
import {Issuer} from "contracts/interfaces/IIssuerNotes.sol";
import {StubRoots} from "./StubRoots.sol";
import {World} from "./World.sol";

/// @notice A registry, one issuer's notes, and what wallets prove to it.
abstract contract Accounts is World {
    using Signals for ReceiveSignals;
    using Signals for SpendSignals;

    uint256 internal constant INTERVAL = 5 minutes;
    address internal constant VAULT = address(0x7A);

    StubRoots internal roots;
    IssuerNotes internal notes;
    AccountRegistry internal registry;
    uint256 internal deadline;
    uint256 private _serial = 1000;

    function setUpAccounts() internal {
        setUpWorld();
        roots = new StubRoots();
        Issuer[] memory issuers = new Issuer[](1);
        issuers[0] = Issuer(1, roots, VAULT);
        notes = new IssuerNotes(issuers, 1 days);
        registry = new AccountRegistry(verifiers, table, notes, INTERVAL, OWNER);
        vm.prank(OWNER);
        registry.setGuardian(GUARDIAN);
        deadline = START + 365 days;
    }

    function receiveSignals(uint256 from, uint256 to) internal returns (ReceiveSignals memory s) {
        s.oldCommitment = from;
        s.newCommitment = to;
        s.notesRoot = notes.notesRoot();
        s.openingNullifier = from == 0 ? ++_serial : 0;
        s.nullifiers = new uint256[](2);
        s.cipher = new uint256[](2);
        for (uint256 i = 0; i < 2; i++) {
            (s.nullifiers[i], s.cipher[i]) = (++_serial, ++_serial);
        }
    }

    function spendSignals(uint256 from, uint256 to, uint256 exitLeaf) internal returns (SpendSignals memory s) {
        s.oldCommitment = from;
        s.newCommitment = to;
        s.tableRoot = table.newestRoot();
        s.exitLeaf = exitLeaf;
        s.cipher = new uint256[](2);
        for (uint256 i = 0; i < 2; i++) {
            s.cipher[i] = ++_serial;
        }
    }

    /// @dev What a wallet proves: these signals for this sender.
    function prove(ReceiveSignals memory s, address sender) internal returns (ReceiveSignals memory) {
        s.context = contextOf(address(registry), sender, deadline);
        ideal[Circuit.Receive].prove(s.encode(Tier.T));
        return s;
    }

    function prove(SpendSignals memory s, bool onAnyTable, address sender) internal returns (SpendSignals memory) {
        s.claim = 10_000 | (onAnyTable ? uint256(1) << 14 : 0);
        s.context = contextOf(address(registry), sender, deadline);
        ideal[Circuit.Spend].prove(s.encode(Tier.T));
        return s;
    }

    function open(uint256 commitment) internal returns (uint256) {
        ReceiveSignals memory s = prove(receiveSignals(0, commitment), ALICE);
        vm.prank(ALICE);
        return registry.open(Tier.T, s, noProof, deadline);
    }

    /// @dev Alice's account at slot 0 goes from one state to the other, and an exit is queued.
    function spend(uint256 from, uint256 to, uint256 exitLeaf) internal {
        SpendSignals memory s = prove(spendSignals(from, to, exitLeaf), false, ALICE);
        vm.prank(ALICE);
        registry.spend(0, false, s, noProof, deadline);
    }
}
