#include "proxy/access/password_hash.hpp"

#include <gtest/gtest.h>

namespace fairway::proxy {
namespace {

struct Vector {
    const char* name;
    const char* password;
    const char* hash;
};

// Made with openssl-passwd(1), crypt(3) of libxcrypt and htpasswd(1); the bcrypt vector is of crypt_blowfish.
const Vector kVectors[] = {
    {"plain", "secret", "{PLAIN}secret"},
    {"empty", "", "{PLAIN}"},
    {"sha", "secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="},
    {"apr1", "secret", "$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/"},
    {"bcrypt", "secret", "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a"},
};

TEST(PasswordHash, MatchesTheVectorsAndNothingElse) {
    for (const auto& vector : kVectors) {
        EXPECT_TRUE(password_matches(vector.password, vector.hash)) << vector.name;
        EXPECT_FALSE(password_matches(std::string(vector.password) + "x", vector.hash)) << vector.name;
        EXPECT_FALSE(password_matches(vector.password, std::string(vector.hash) + "x")) << vector.name;
    }
}

TEST(PasswordHash, WhatNobodyKnowsMatchesNoPassword) {
    for (const char* hash : {"", "*", "x", "secret", "$", "$9$x$y", "{SHA}", "{SHA}!!!", "{SSHA}", "{SSHA}AAAA",
                             "{CLEAR}secret", "$apr1$", "$apr1$abcdefgh", "$2y$99$x"}) {
        EXPECT_FALSE(password_matches("secret", hash)) << hash;
        EXPECT_FALSE(password_matches("", hash)) << hash;
        EXPECT_FALSE(password_matches(hash, hash)) << hash;
    }
}

TEST(PasswordHash, ANulEndsNoPassword) {
    EXPECT_FALSE(password_matches(std::string_view("secret\0more", 11),
                                  "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a"));
}

TEST(PasswordHash, Apr1OfLongAndEmptyPasswords) {
    for (const std::string& password : {std::string(), std::string("a"), std::string(16, 'b'), std::string(100, 'c')})
        EXPECT_TRUE(password_matches(password, apr1_hash(password, "saltsalt"))) << password;
}

TEST(PasswordHash, SlowHashesAreKnown) {
    EXPECT_EQ(cost_of("{SHA}x"), HashCost::fast);
    EXPECT_EQ(cost_of("{PLAIN}x"), HashCost::fast);
    EXPECT_EQ(cost_of("$apr1$x"), HashCost::slow);
    EXPECT_EQ(cost_of("ab1234"), HashCost::slow);
}

}  // namespace
}  // namespace fairway::proxy
