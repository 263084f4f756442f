// Short forms for tests of the decoder.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "k8s-client/objects/decode.hpp"

namespace fairway::k8s::test {

/// The complaints, as a user reads them.
inline std::vector<std::string> texts(const Decoded& decoded) {
    std::vector<std::string> out;
    for (const auto& complaint : decoded.complaints) out.push_back(complaint.to_string());
    return out;
}

/// The names of the objects: "Ingress default/kubia".
inline std::vector<std::string> names(const Decoded& decoded) {
    std::vector<std::string> out;
    for (const auto& object : decoded.objects)
        out.push_back(std::string(kind_of(object)) + ' ' + meta_of(object).name.to_string());
    return out;
}

/// The one object of a text without complaints.
template <class T>
T only(const std::string& text, const std::string& file = "f.yaml") {
    auto decoded = decode(text, file);
    EXPECT_THAT(texts(decoded), testing::IsEmpty());
    EXPECT_THAT(decoded.objects, testing::SizeIs(1));
    return std::get<T>(std::move(decoded.objects.at(0)));
}

}  // namespace fairway::k8s::test
