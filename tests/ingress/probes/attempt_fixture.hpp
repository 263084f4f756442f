// One attempt of a probe, run to its end.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "ingress/probes/attempt.hpp"

namespace fairway::ingress::test {

class AttemptTest : public testing::Test {
protected:
    TellOutcome tell() {
        return [this](ProbeOutcome outcome) {
            EXPECT_FALSE(told) << "told twice";
            told = std::move(outcome);
        };
    }

    /// Runs the attempt to its end; a probe that never ends fails the test.
    ProbeOutcome outcome_of(Started started) {
        if (auto* at_once = std::get_if<ProbeOutcome>(&started)) return *at_once;
        EXPECT_FALSE(told) << "told from within the start function";
        EXPECT_TRUE(comes_true([&] { return told.has_value(); }));
        return std::exchange(told, std::nullopt).value_or(ProbeOutcome());
    }

    bool comes_true(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            io.restart();
            io.run_one_for(std::chrono::milliseconds(20));
        }
        return true;
    }

    boost::asio::io_context io;
    std::optional<ProbeOutcome> told;
};

}  // namespace fairway::ingress::test
