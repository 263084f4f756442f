#include "loader/options.hpp"

#include <charconv>
#include <set>
#include <stdexcept>
#include <string_view>

namespace fairway::bench {

namespace {

constexpr const char* kUsage =
    "usage: bench-loader closed|rate|handshakes|idle --port N [--tls] [--host NAME] [--host-count N] [--path PATH]... "
    "[--upload BYTES] [--connections N] [--duration-ms N] [--rate N]";

[[noreturn]] void refuse(std::string_view what) { throw std::invalid_argument(std::string(what) + "\n" + kUsage); }

template <typename Number>
Number number(std::string_view option, std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        refuse(std::string(option) + " takes a number, not '" + std::string(text) + "'");
    return value;
}

std::string host_name(const Options& options, unsigned index) {
    std::string name = options.host;
    const auto at = name.find("{}");
    return at == std::string::npos ? name : name.replace(at, 2, std::to_string(index));
}

}  // namespace

Options parse_options(int argc, char** argv) {
    if (argc < 2) refuse("a mode is missing");
    Options options;
    options.mode = argv[1];
    if (!std::set<std::string>{"closed", "rate", "handshakes", "idle"}.contains(options.mode))
        refuse("'" + options.mode + "' is not a mode");
    std::vector<std::string> paths;
    for (int i = 2; i < argc; ++i) {
        const std::string_view option = argv[i];
        if (option == "--tls") {
            options.tls = true;
            continue;
        }
        if (i + 1 == argc) refuse(std::string(option) + " takes a value");
        const std::string_view value = argv[++i];
        if (option == "--port")
            options.port = number<std::uint16_t>(option, value);
        else if (option == "--host")
            options.host = value;
        else if (option == "--host-count")
            options.host_count = number<unsigned>(option, value);
        else if (option == "--path")
            paths.emplace_back(value);
        else if (option == "--upload")
            options.upload_bytes = number<std::size_t>(option, value);
        else if (option == "--connections")
            options.connections = number<unsigned>(option, value);
        else if (option == "--duration-ms")
            options.duration = std::chrono::milliseconds{number<unsigned>(option, value)};
        else if (option == "--rate")
            options.rate = number<unsigned>(option, value);
        else
            refuse(std::string(option) + " is not an option");
    }
    if (!paths.empty()) options.paths = std::move(paths);
    if (options.port == 0) refuse("--port is missing");
    if (options.connections == 0 || options.rate == 0 || options.host_count == 0) refuse("counts start at 1");
    return options;
}

std::vector<std::string> request_texts(const Options& options) {
    std::vector<std::string> texts;
    for (unsigned host = 0; host < options.host_count; ++host) {
        for (const auto& path : options.paths) {
            std::string text = (options.upload_bytes == 0 ? "GET " : "PUT ") + path +
                               " HTTP/1.1\r\nHost: " + host_name(options, host) + "\r\n";
            if (options.upload_bytes != 0) text += "Content-Length: " + std::to_string(options.upload_bytes) + "\r\n";
            text += "\r\n";
            texts.push_back(text.append(options.upload_bytes, 'u'));
        }
    }
    return texts;
}

}  // namespace fairway::bench
