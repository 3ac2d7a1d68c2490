// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {PoseidonT3} from "poseidon-solidity/PoseidonT3.sol";
import {IssuerNotes} from "contracts/IssuerNotes.sol";
import {IIssuerNotes, Issuer} from "contracts/interfaces/IIssuerNotes.sol";
import {IRootSource} from "contracts/interfaces/IRootSource.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {StubRoots} from "./support/StubRoots.sol";
import {Test} from "./support/Test.sol";

/// @notice How issuers' roots are joined, by the rule and not by the contract's own walk up the tree.
contract IssuerEdgesTest is Test {
    uint256 private constant WINDOW = 1 days;
    StubRoots private roots;

    function setUp() external {
        vm.warp(1_800_000_000);
        roots = new StubRoots();
    }

    function notesOf(uint8 first, uint8 second, uint256 window) private returns (IssuerNotes) {
        Issuer[] memory issuers = new Issuer[](2);
        (issuers[0], issuers[1]) = (Issuer(first, roots, address(1)), Issuer(second, roots, address(2)));
        return new IssuerNotes(issuers, window);
    }

    function set(address account, uint256 root) private {
        roots.set(account, RootSlot.NOTES, root, block.timestamp);
    }

    /// @dev A full tree of 256 places, 0 where nobody issues.
    function rootOf(uint256[256] memory places) private pure returns (uint256) {
        uint256[256] memory level;
        for (uint256 i = 0; i < 256; i++) {
            level[i] = places[i];
        }
        for (uint256 count = 128; count != 0; count /= 2) {
            for (uint256 i = 0; i < count; i++) {
                level[i] = PoseidonT3.hash([level[2 * i], level[2 * i + 1]]);
            }
        }
        return level[0];
    }

    function testRootsAreJoinedAtTheirIssuersPlaces() external {
        uint256[256] memory places;
        IssuerNotes notes = notesOf(6, 255, WINDOW);
        vm.assertEq(notes.notesRoot(), rootOf(places));
        set(address(1), 99);
        places[6] = 99;
        vm.assertEq(notes.join(6), rootOf(places));
        set(address(2), 98);
        places[255] = 98;
        vm.assertEq(notes.join(255), rootOf(places));
        set(address(1), 97);
        places[6] = 97;
        vm.assertEq(notes.join(6), rootOf(places));
        vm.assertEq(notes.notesRoot(), rootOf(places));
    }

    /// @dev Places 6 and 7 share a parent: each is the other's sibling.
    function testNeighboursAreEachOthersSiblings() external {
        uint256[256] memory places;
        IssuerNotes notes = notesOf(6, 7, WINDOW);
        (places[6], places[7]) = (99, 98);
        set(address(1), 99);
        set(address(2), 98);
        notes.join(7);
        vm.assertEq(notes.join(6), rootOf(places));
    }

    function testAReplacedRootIsGoodToTheLastSecondOfItsWindow() external {
        IssuerNotes notes = notesOf(1, 2, WINDOW);
        uint256 empty = notes.notesRoot();
        set(address(1), 99);
        notes.join(1);
        skip(WINDOW);
        vm.assertTrue(notes.isNotesRoot(empty));
        skip(1);
        vm.assertFalse(notes.isNotesRoot(empty));
    }

    /// @dev A window longer than time itself makes no root good that never was one.
    function testARootThatNeverWasIsNeverGood() external {
        IssuerNotes notes = notesOf(1, 2, 1000 * 365 days);
        vm.assertFalse(notes.isNotesRoot(5));
        vm.assertFalse(notes.isNotesRoot(0));
    }

    function testIssuersThatAreNobody() external {
        Issuer[] memory issuers = new Issuer[](1);
        issuers[0] = Issuer(1, IRootSource(address(0)), address(1));
        vm.expectRevert(abi.encodeWithSelector(IIssuerNotes.BadIssuer.selector, 1, address(1)));
        new IssuerNotes(issuers, WINDOW);
        issuers[0] = Issuer(1, roots, address(0));
        vm.expectRevert(abi.encodeWithSelector(IIssuerNotes.BadIssuer.selector, 1, address(0)));
        new IssuerNotes(issuers, WINDOW);
    }

    /// @dev Contracts of two chains may have one address: by another route it is another issuer.
    function testOneAddressOnTwoChainsIsTwoIssuers() external {
        Issuer[] memory issuers = new Issuer[](2);
        (issuers[0], issuers[1]) = (Issuer(1, roots, address(1)), Issuer(2, new StubRoots(), address(1)));
        IssuerNotes notes = new IssuerNotes(issuers, WINDOW);
        set(address(1), 99);
        notes.join(1);
        vm.assertEq(notes.issuerRoot(1), 99);
        vm.expectPartialRevert(IIssuerNotes.NothingNew.selector);
        notes.join(2);
    }
}
