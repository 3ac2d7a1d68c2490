// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {AccountRegistry} from "contracts/AccountRegistry.sol";
import {CreditDesk} from "contracts/CreditDesk.sol";
import {IssuerNotes} from "contracts/IssuerNotes.sol";
import {VenueOutbox} from "contracts/VenueOutbox.sol";
import {Guarded} from "contracts/base/Guarded.sol";
import {SignerSets} from "contracts/base/SignerSets.sol";
import {DeskTerms} from "contracts/interfaces/ICreditDesk.sol";
import {Issuer} from "contracts/interfaces/IIssuerNotes.sol";
import {Epoch, Signature} from "contracts/interfaces/IRiskTable.sol";
import {Lines} from "./support/Lines.sol";
import {Timelocks} from "./support/Timelocks.sol";
import {Token} from "./support/Tokens.sol";

/// @notice Every power of an owner works through a timelock, and a guardian pauses without one.
contract TimelockTest is Lines, Timelocks {
    Token private usd;
    AccountRegistry private registry;
    CreditDesk private desk;
    VenueOutbox private venue;
    Guarded[4] private guarded;

    function setUp() external {
        setUpTimelock();
        setUpLines();
        usd = new Token(6);
        desk = new CreditDesk(
            ISSUER, config(), DeskTerms(address(usd), 1e6, 1_000, 5e6, 5_000e6, 1 days), address(timelock)
        );
        venue = new VenueOutbox(ISSUER, config(), 2, 60, address(0xE9), address(timelock));
        Issuer[] memory issuers = new Issuer[](1);
        issuers[0] = Issuer(7, roots, address(desk));
        registry = new AccountRegistry(verifiers, table, new IssuerNotes(issuers, 1 days), 60, address(timelock));
        // The table was another's until now: the timelock accepts it.
        vm.prank(OWNER);
        table.transferOwnership(address(timelock));
        through(address(table), abi.encodeCall(table.acceptOwnership, ()));
        vm.assertEq(table.owner(), address(timelock));
        guarded = [Guarded(table), registry, desk, venue];
        for (uint256 i = 0; i < 4; i++) {
            schedule(address(guarded[i]), abi.encodeCall(Guarded.setGuardian, (GUARDIAN)));
        }
        skip(WAIT);
        for (uint256 i = 0; i < 4; i++) {
            execute(address(guarded[i]), abi.encodeCall(Guarded.setGuardian, (GUARDIAN)));
            vm.assertEq(guarded[i].guardian(), GUARDIAN);
        }
    }

    function testAGuardianPausesAtOnceAndTheOwnerUnpausesInTime() external {
        for (uint256 i = 0; i < 4; i++) {
            vm.prank(GUARDIAN);
            guarded[i].pause();
            vm.assertTrue(guarded[i].paused());
            vm.expectPartialRevert(Ownable.OwnableUnauthorizedAccount.selector);
            vm.prank(GUARDIAN);
            guarded[i].unpause();
            through(address(guarded[i]), abi.encodeCall(Guarded.unpause, ()));
            vm.assertFalse(guarded[i].paused());
            through(address(guarded[i]), abi.encodeCall(Guarded.pause, ()));
            vm.assertTrue(guarded[i].paused());
        }
    }

    function testAGuardianTakesAndAppointsNothing() external {
        bytes[9] memory calls = [
            abi.encodeCall(Guarded.setGuardian, (GUARDIAN)),
            abi.encodeCall(Guarded.unpause, ()),
            abi.encodeCall(table.transferOwnership, (GUARDIAN)),
            abi.encodeCall(table.renounceOwnership, ()),
            abi.encodeCall(table.rotate, (reporters(), 3, 0)),
            abi.encodeCall(desk.withdraw, (0)),
            abi.encodeCall(desk.fund, (0)),
            abi.encodeCall(venue.setEngine, (GUARDIAN)),
            abi.encodeCall(table.acceptOwnership, ())
        ];
        for (uint256 i = 0; i < 4; i++) {
            for (uint256 j = 0; j < calls.length; j++) {
                vm.prank(GUARDIAN);
                (bool ok,) = address(guarded[i]).call(calls[j]);
                vm.assertFalse(ok);
            }
        }
    }

    /// @dev Signed by the old set before the rotation, and shown during the overlap and after it.
    function testReportersRotateWhileEpochsAreOnTheirWay() external {
        bytes memory call = abi.encodeCall(table.rotate, (reporters(), 3, 100));
        schedule(address(table), call);
        skip(WAIT);
        Epoch memory first = epochAt(1);
        Signature[] memory firstOld = signEpoch(table, first, 1, 3);
        Epoch memory second = epochAt(2);
        Signature[] memory secondOld = signEpoch(table, second, 1, 3);
        execute(address(table), call);
        vm.assertEq(table.currentSet(), 2);
        skip(99);
        table.publish(first, 1, firstOld);
        skip(1);
        vm.expectPartialRevert(SignerSets.SetNotInForce.selector);
        table.publish(second, 1, secondOld);
        Signature[] memory secondNew = signEpoch(table, second, 2, 3);
        table.publish(second, 2, secondNew);
    }

    function epochAt(uint48 place) private view returns (Epoch memory) {
        uint48 time = uint48(block.timestamp) + place - 2;
        return Epoch(epochNumber + uint64(place), TABLE + place, time, time + 600, 1);
    }

    function testTheLenderMovesItsMoneyThroughTheTimelock() external {
        usd.mint(address(timelock), 500);
        through(address(usd), abi.encodeCall(usd.approve, (address(desk), 500)));
        through(address(desk), abi.encodeCall(desk.fund, (500)));
        vm.assertEq(usd.balanceOf(address(desk)), 500);
        through(address(desk), abi.encodeCall(desk.withdraw, (500)));
        vm.assertEq(usd.balanceOf(address(timelock)), 500);
    }

    function testAnotherEngineIsNamedThroughTheTimelock() external {
        through(address(venue), abi.encodeCall(venue.setEngine, (BOB)));
        vm.assertEq(venue.engine(), BOB);
    }

    function testOwnershipMovesInTwoSteps() external {
        through(address(registry), abi.encodeCall(registry.transferOwnership, (ALICE)));
        vm.assertEq(registry.owner(), address(timelock));
        vm.prank(ALICE);
        registry.acceptOwnership();
        vm.assertEq(registry.owner(), ALICE);
    }
}
