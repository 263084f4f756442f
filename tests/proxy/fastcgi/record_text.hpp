// Records as an application sends and reads them, written and taken apart in the plainest way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fairway::proxy::fastcgi::test {

/// @param padding  bytes behind the content.
inline std::string record(int type, std::string_view content, std::size_t padding = 0, int id = 1, int version = 1) {
    std::string text;
    for (const std::size_t byte :
         {static_cast<std::size_t>(version), static_cast<std::size_t>(type), static_cast<std::size_t>(id >> 8),
          static_cast<std::size_t>(id & 0xff), content.size() >> 8, content.size() & 0xff, padding, std::size_t{0}})
        text += static_cast<char>(byte);
    return text.append(content).append(padding, '\xee');
}
inline std::string output(std::string_view content, std::size_t padding = 0) { return record(6, content, padding); }
inline std::string errors(std::string_view content, std::size_t padding = 0) { return record(7, content, padding); }
/// END_REQUEST.
inline std::string end(int protocol_status = 0) {
    return record(3, std::string("\0\0\0\7", 4) + std::string(1, static_cast<char>(protocol_status)) +
                         std::string(3, '\0'));
}

struct Record {
    int type = 0;
    std::string content;
};

/// All whole records at the beginning of `bytes`, which become what is left.
inline std::vector<Record> take_records(std::string& bytes) {
    std::vector<Record> records;
    while (bytes.size() >= 8) {
        const auto octet = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
        };
        const std::size_t size = octet(4) << 8 | octet(5);
        if (bytes.size() < 8 + size + octet(6)) break;
        records.push_back({static_cast<int>(octet(1)), bytes.substr(8, size)});
        bytes.erase(0, 8 + size + octet(6));
    }
    return records;
}

/// Names and values of a PARAMS stream; empty when it is malformed.
inline std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view stream) {
    std::vector<std::pair<std::string, std::string>> pairs;
    std::size_t at = 0;
    const auto length = [&] {
        const auto octet = [&] { return static_cast<std::size_t>(static_cast<unsigned char>(stream.at(at++))); };
        std::size_t value = octet();
        if (value < 128) return value;
        value &= 0x7f;
        for (int i = 0; i < 3; ++i) value = value << 8 | octet();
        return value;
    };
    while (at < stream.size()) {
        const std::size_t name = length();
        const std::size_t value = length();
        if (stream.size() - at < name + value) return {};
        pairs.emplace_back(stream.substr(at, name), stream.substr(at + name, value));
        at += name + value;
    }
    return pairs;
}

}  // namespace fairway::proxy::fastcgi::test
