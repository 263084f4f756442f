#include "proxy/http/field.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fairway::proxy {
namespace {

struct NameCase {
    const char* name;
    FieldId id;
};

TEST(FieldId, KnowsNamesInAnyCase) {
    const NameCase cases[] = {
        {"host", FieldId::host},
        {"HOST", FieldId::host},
        {"Content-Length", FieldId::content_length},
        {"tRANSFER-eNCODING", FieldId::transfer_encoding},
        {"TE", FieldId::te},
        {"X-Forwarded-Host", FieldId::x_forwarded_host},
        {"X-Forwarded-Port", FieldId::x_forwarded_port},
        {"X-Original-Forwarded-Host", FieldId::x_original_forwarded_host},
        {"strict-transport-security", FieldId::strict_transport_security},
        {"x-accel-limit-rate", FieldId::x_accel_limit_rate},
    };
    for (const auto& c : cases) EXPECT_EQ(field_id(c.name), c.id) << c.name;
}

TEST(FieldId, IsOtherForNeighboursOfKnownNames) {
    for (const char* name : {"", "h", "hos", "hosts", "ghost", "content_length", "content-lengths", "content-lengtg",
                             "x-forwarded-foo", "transfer-encodin", "X", "accept-language"})
        EXPECT_EQ(field_id(name), FieldId::other) << name;
}

TEST(FindField, TakesTheFirstOfItsNameOrNothing) {
    const FieldList fields = {{"A", "1", FieldId::other, false},
                              {"Host", "h", FieldId::host, false},
                              {"a", "2", FieldId::other, false},
                              {"Empty", "", FieldId::other, false}};
    EXPECT_EQ(find_field(fields, FieldId::host), "h");
    EXPECT_EQ(find_field(fields, FieldId::cookie).data(), nullptr);
    EXPECT_EQ(find_field(fields, "a"), "1");
    EXPECT_EQ(find_field(fields, "b").data(), nullptr);
    EXPECT_NE(find_field(fields, "EMPTY").data(), nullptr);
}

}  // namespace
}  // namespace fairway::proxy
