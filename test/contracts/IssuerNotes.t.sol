// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {IssuerNotes} from "contracts/IssuerNotes.sol";
import {ReceiveSignals, Tier} from "contracts/generated/Protocol.sol";
import {IAccountRegistry} from "contracts/interfaces/IAccountRegistry.sol";
import {IIssuerNotes, Issuer} from "contracts/interfaces/IIssuerNotes.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Accounts} from "./support/Accounts.sol";

contract IssuerNotesTest is Accounts {
    function setUp() external {
        setUpAccounts();
    }

    function testReceivesOnlyUnderGoodNotesRoots() external {
        ReceiveSignals memory early = prove(receiveSignals(0, 11), ALICE);
        roots.set(VAULT, RootSlot.NOTES, 99, block.timestamp);
        notes.join(1);
        ReceiveSignals memory made = receiveSignals(0, 11);
        made.notesRoot = 5;
        prove(made, ALICE);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IAccountRegistry.UnknownNotesRoot.selector);
        registry.open(Tier.T, made, noProof, deadline);
        // A root that was replaced while the proof was on its way is good, but not for ever.
        skip(1 days + 1);
        vm.expectPartialRevert(IAccountRegistry.UnknownNotesRoot.selector);
        registry.open(Tier.T, early, noProof, deadline);
        vm.warp(block.timestamp - 1);
        registry.open(Tier.T, early, noProof, deadline);
    }

    function testJoiningNotes() external {
        vm.expectPartialRevert(IIssuerNotes.UnknownIssuer.selector);
        notes.join(2);
        vm.expectPartialRevert(IIssuerNotes.NothingNew.selector);
        notes.join(1);
        roots.set(VAULT, RootSlot.NOTES, 99, block.timestamp);
        roots.setFrozen(true);
        vm.expectPartialRevert(IIssuerNotes.RouteFrozen.selector);
        notes.join(1);
        roots.setFrozen(false);
        notes.join(1);
        vm.assertEq(notes.issuerRoot(1), 99);
        vm.expectPartialRevert(IIssuerNotes.NothingNew.selector);
        notes.join(1);
    }

    function testARootThatAConflictVoidedDropsOutAtOnce() external {
        uint256 empty = notes.notesRoot();
        roots.set(VAULT, RootSlot.NOTES, 99, block.timestamp);
        notes.join(1);
        uint256 forged = notes.notesRoot();
        vm.assertTrue(notes.isNotesRoot(forged) && notes.isNotesRoot(empty));
        // The conflict freezes the route, and no thaw is waited for.
        roots.setFrozen(true);
        roots.set(VAULT, RootSlot.NOTES, 0, 0);
        notes.join(1);
        vm.assertEq(notes.issuerRoot(1), 0);
        vm.assertEq(notes.notesRoot(), empty);
        vm.assertFalse(notes.isNotesRoot(forged));
        // From then on roots are kept for their window as before.
        roots.setFrozen(false);
        roots.set(VAULT, RootSlot.NOTES, 98, block.timestamp);
        notes.join(1);
        vm.assertTrue(notes.isNotesRoot(empty) && !notes.isNotesRoot(forged));
    }

    /// @dev Another issuer's root came after the forged one: the roots of both joined it.
    function testNoRootKeepsWhatIsVoidInIt() external {
        Issuer[] memory issuers = new Issuer[](2);
        (issuers[0], issuers[1]) = (Issuer(1, roots, VAULT), Issuer(2, roots, address(2)));
        notes = new IssuerNotes(issuers, 1 days);
        roots.set(VAULT, RootSlot.NOTES, 99, block.timestamp);
        notes.join(1);
        uint256 first = notes.notesRoot();
        roots.set(address(2), RootSlot.NOTES, 98, block.timestamp);
        notes.join(2);
        uint256 second = notes.notesRoot();
        roots.set(VAULT, RootSlot.NOTES, 0, 0);
        notes.join(1);
        vm.assertFalse(notes.isNotesRoot(first) || notes.isNotesRoot(second));
        vm.assertEq(notes.issuerRoot(2), 98);
    }

    function testIssuersAreDistinct() external {
        Issuer[] memory issuers = new Issuer[](2);
        issuers[0] = Issuer(1, roots, VAULT);
        issuers[1] = Issuer(1, roots, address(1));
        vm.expectPartialRevert(IIssuerNotes.BadIssuer.selector);
        new IssuerNotes(issuers, 1);
        issuers[1] = Issuer(2, roots, VAULT);
        vm.expectPartialRevert(IIssuerNotes.BadIssuer.selector);
        new IssuerNotes(issuers, 1);
        issuers[1] = Issuer(0, roots, address(1));
        vm.expectPartialRevert(IIssuerNotes.BadIssuer.selector);
        new IssuerNotes(issuers, 1);
    }
}
