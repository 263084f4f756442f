#include "proxy/request_body.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proxy/fake_downstream.hpp"
#include "proxy/temporary_files.hpp"

namespace fairway::proxy::test {
namespace {

constexpr std::chrono::milliseconds kTimeout{1000};
constexpr std::size_t kMiB = 1 << 20;

class RequestBodyTest : public testing::Test {
protected:
    Failure take_in(std::uint64_t memory = 8192) {
        return result_of(body.take_in({.request_memory = memory}, kTimeout));
    }
    /// What an endpoint gets in one try; `status` is how it ended.
    std::string one_try(BodyStatus* status = nullptr) {
        std::string text = text_of(body.first());
        if (body.first_is_all()) return text;
        for (;;) {
            const BodyPieces more = result_of(body.next(kTimeout));
            if (status != nullptr) *status = more.status;
            text += text_of(more.pieces);
            EXPECT_EQ(more.bytes, text_of(more.pieces).size());
            if (more.last || more.status != BodyStatus::data) return text;
        }
    }

    io::BufferPool buffers;
    FakeDownstream client;
    RequestBody body{buffers, client};
};

TEST_F(RequestBodyTest, WhatCameWithTheHeadGoesWithTheHead) {
    client.at_once.add("small", true);
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_TRUE(body.at_hand());
    for (int tries = 0; tries < 2; ++tries) {
        EXPECT_EQ(text_of(body.first()), "small");
        EXPECT_TRUE(body.first_is_all() && body.repeatable());
    }
    EXPECT_EQ(body.length(), std::nullopt) << "the client's own framing stands";
}

TEST_F(RequestBodyTest, NoBodyIsAllAtHand) {
    client.at_once.add(BodyStatus::end);
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_TRUE(body.at_hand() && body.first().empty() && body.first_is_all());
}

TEST_F(RequestBodyTest, TrailersComeAfterTheFirstPieces) {
    client.at_once.add("small", true);
    client.trailers.push_back({.name = "X-Sum", .value = "1"});
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_EQ(text_of(body.first()), "small");
    EXPECT_FALSE(body.first_is_all());
    const auto end = result_of(body.next(kTimeout));
    EXPECT_TRUE(end.status == BodyStatus::end && end.last && end.pieces.empty());
    EXPECT_EQ(take_in(), Failure::none);
    EXPECT_EQ(body.length(), std::nullopt) << "no Content-Length before trailers";
}

TEST_F(RequestBodyTest, WithoutItsTrailersItHasALength) {
    client.at_once.add("small", true);
    client.trailers.push_back({.name = "X-Sum", .value = "1"});
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_EQ(take_in(), Failure::none);
    EXPECT_EQ(body.length(), std::nullopt);
    body.leave_trailers_out();
    EXPECT_EQ(body.length(), 5U);
    EXPECT_EQ(text_of(body.first()), "small");
    EXPECT_TRUE(body.first_is_all());
}

TEST_F(RequestBodyTest, IsPassedOnAsItComesAndCannotBeRepeatedThen) {
    client.at_once.add("one ");
    client.later.add("two ");
    client.later.add("three", true);
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_FALSE(body.at_hand());
    EXPECT_EQ(text_of(body.first()), "one ");
    EXPECT_TRUE(!body.first_is_all() && body.repeatable());
    EXPECT_EQ(one_try(), "one two three");
    EXPECT_FALSE(body.repeatable());
    EXPECT_EQ(result_of(body.next(kTimeout)).status, BodyStatus::end);
}

struct Ending {
    BodyStatus status;
    Failure failure;
};
const Ending kEndings[] = {{BodyStatus::malformed, Failure::bad_body},
                           {BodyStatus::too_large, Failure::body_too_large},
                           {BodyStatus::truncated, Failure::client_gone},
                           {BodyStatus::timeout, Failure::client_timeout}};

TEST_F(RequestBodyTest, EachEndOfABodyHasItsFailure) {
    for (const auto& [status, failure] : kEndings) {
        EXPECT_EQ(failure_of(status), failure);
        FakeDownstream broken;
        broken.later.add("half");
        broken.later.add(status);
        RequestBody taken(buffers, broken);
        EXPECT_EQ(taken.begin(), Failure::none);
        EXPECT_EQ(result_of(taken.take_in({}, kTimeout)), failure);
    }
    for (const auto status : {BodyStatus::data, BodyStatus::end, BodyStatus::need_input})
        EXPECT_EQ(failure_of(status), Failure::none);
}

TEST_F(RequestBodyTest, WhatIsWrongAtOnceIsKnownAtOnce) {
    client.at_once.add(BodyStatus::malformed);
    EXPECT_EQ(body.begin(), Failure::bad_body);
    client.at_once.add(BodyStatus::too_large);
    EXPECT_EQ(body.begin(), Failure::body_too_large);
    client.at_once.add(BodyStatus::truncated);
    EXPECT_EQ(body.begin(), Failure::none) << "found out when somebody reads on";
}

TEST_F(RequestBodyTest, TakenInItHasALengthAndCanBeRepeated) {
    client.at_once.add("one ");
    client.later.add("two ");
    client.later.add("three");
    client.later.add(BodyStatus::end);
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_EQ(take_in(), Failure::none);
    EXPECT_EQ(body.length(), 13U);
    for (int tries = 0; tries < 3; ++tries) EXPECT_EQ(one_try(), "one two three");
    EXPECT_TRUE(body.first_is_all() && body.repeatable() && body.spool() != nullptr);
}

TEST_F(RequestBodyTest, LargeOnesComeFromMemoryAndFile) {
    std::string whole;
    for (int i = 0; i < 40; ++i) {
        whole += std::string(100'000, static_cast<char>('a' + i % 26));
        client.later.add(whole.substr(whole.size() - 100'000), i == 39);
    }
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_EQ(take_in(), Failure::none);
    EXPECT_EQ(body.length(), whole.size());
    EXPECT_TRUE(one_try() == whole);
    EXPECT_FALSE((body.first(), body.first_is_all()));
    EXPECT_TRUE(one_try() == whole && body.repeatable());
}

TEST_F(RequestBodyTest, WhatCannotBeKeptIsPassedOn) {
    TemporaryFiles none(kNoSuchFolder);
    client.later.add(std::string(kMiB, 'a'));
    client.later.add(std::string(kMiB, 'b'));
    client.later.add("end", true);
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_EQ(take_in(), Failure::none);
    EXPECT_FALSE(body.at_hand());
    EXPECT_EQ(client.later.taken(), 2U) << "nothing more is read before an endpoint is there";
    EXPECT_EQ(body.length(), std::nullopt);
    EXPECT_TRUE(body.repeatable());
    EXPECT_TRUE(one_try() == std::string(kMiB, 'a') + std::string(kMiB, 'b') + "end");
    EXPECT_FALSE(body.repeatable());
}

TEST_F(RequestBodyTest, WhatCameWithTheHeadAndCannotBeKeptGoesOnToo) {
    TemporaryFiles none(kNoSuchFolder);
    client.at_once.add(std::string(2 * kMiB, 'a'), true);
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_EQ(take_in(), Failure::none);
    EXPECT_TRUE(one_try() == std::string(2 * kMiB, 'a'));
    EXPECT_TRUE(body.first_is_all() && body.repeatable());
}

TEST_F(RequestBodyTest, LeftOutItIsEmpty) {
    client.at_once.add("one ");
    client.later.add("two", true);
    EXPECT_EQ(body.begin(), Failure::none);
    EXPECT_EQ(one_try(), "one two");
    body.leave_out();
    EXPECT_EQ(one_try(), "");
    EXPECT_TRUE(body.first_is_all() && body.repeatable());
    EXPECT_EQ(body.length(), 0U);
    EXPECT_EQ(result_of(body.next(kTimeout)).status, BodyStatus::end);
}

}  // namespace
}  // namespace fairway::proxy::test
