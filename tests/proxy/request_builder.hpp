// A parsed request head together with the bytes it points into.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "proxy/http1/head_parser.hpp"

namespace fairway::proxy {

struct OwnedRequest {
    std::unique_ptr<std::string> bytes;  ///< does not move with the object
    RequestHead head;
};

/// The request line, "Host: in.example:8080" unless `fields` bring their own, and `fields` ("Name: value\r\n"...).
inline OwnedRequest make_request(std::string_view fields, std::string_view line = "GET /a?b HTTP/1.1",
                                 const http1::FieldNameRules& names = {}) {
    OwnedRequest request{std::make_unique<std::string>(line), {}};
    *request.bytes += "\r\n";
    if (fields.find("Host:") != 0) *request.bytes += "Host: in.example:8080\r\n";
    *request.bytes += fields;
    *request.bytes += "\r\n";
    std::size_t scanned = 0;
    const auto result = http1::parse_request_head(*request.bytes, scanned, {}, names, request.head);
    EXPECT_EQ(result.error, http1::HeadError::none) << http1::to_text(result.error) << *request.bytes;
    return request;
}

}  // namespace fairway::proxy
