// Pauses after failures, with a clock in our hands. Chance takes up to half of each.
#include "k8s-client/api/backoff.hpp"

#include <gtest/gtest.h>

namespace fairway::k8s {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Backoff::Clock::time_point kStart{std::chrono::hours(1)};

void expect_about(Backoff::Pause pause, Backoff::Pause whole) {
    EXPECT_GE(pause, whole / 2);
    EXPECT_LE(pause, whole);
}

TEST(Backoff, GrowsToTheLongestOfItsKind) {
    Backoff backoff({});
    expect_about(backoff.next(Failure::busy, {}, kStart), milliseconds(200));
    expect_about(backoff.next(Failure::busy, {}, kStart), milliseconds(400));
    for (int i = 0; i < 10; ++i) backoff.next(Failure::busy, {}, kStart);
    expect_about(backoff.next(Failure::busy, {}, kStart), milliseconds(5000));
    backoff.reset();
    expect_about(backoff.next(Failure::busy, {}, kStart), milliseconds(200));
}

TEST(Backoff, AClosedPortIsTriedAgainSoonHoweverLongItIsClosed) {
    Backoff backoff({});
    for (int i = 0; i < 100; ++i)
        EXPECT_LE(backoff.next(Failure::unreachable, {}, kStart + seconds(i)), milliseconds(400));
}

TEST(Backoff, WhatTheServerAsksForComesOnTop) {
    Backoff backoff({});
    const auto pause = backoff.next(Failure::busy, seconds(3), kStart);
    EXPECT_GE(pause, milliseconds(3100));
    EXPECT_LE(pause, milliseconds(3200));
}

TEST(Backoff, BeginsAnewWithAnotherKindOfFailure) {
    Backoff backoff({});
    for (int i = 0; i < 10; ++i) backoff.next(Failure::busy, {}, kStart);
    expect_about(backoff.next(Failure::gone, {}, kStart), milliseconds(200));
}

TEST(Backoff, IsShortWhileAServerThatWasAwayStarts) {
    for (const auto failure : {Failure::busy, Failure::refused}) {
        Backoff backoff({});
        for (int i = 0; i < 10; ++i) backoff.next(Failure::unreachable, {}, kStart);
        for (int i = 0; i < 10; ++i) EXPECT_LE(backoff.next(failure, {}, kStart + seconds(i)), milliseconds(400));
        expect_about(backoff.next(failure, {}, kStart + seconds(11)), milliseconds(200));
        expect_about(backoff.next(failure, {}, kStart + seconds(11)), milliseconds(400));
        expect_about(backoff.next(failure, {}, kStart + seconds(11)), milliseconds(800));
    }
}

}  // namespace
}  // namespace fairway::k8s
