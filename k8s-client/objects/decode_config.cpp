// Secret, ConfigMap, Namespace and Node: core/v1.
#include <fmt/format.h>

#include "k8s-client/objects/arena.hpp"
#include "k8s-client/objects/base64.hpp"
#include "k8s-client/objects/kinds.hpp"
#include "k8s-client/objects/names.hpp"
#include "k8s-client/objects/quote.hpp"

namespace fairway::k8s {

namespace {

constexpr std::string_view kSecretFields[] = {"apiVersion", "kind", "metadata", "data",
                                              "stringData", "type", "immutable"};
constexpr std::string_view kConfigMapFields[] = {"apiVersion", "kind", "metadata", "data", "binaryData", "immutable"};

void check_key(const Field& entry, std::string_view key) {
    if (!is_config_key(key))
        entry.error(
            fmt::format("{} is not a key; use letters, digits, '-', '_' and '.', at most 253", k8s::quoted(key)));
}

// Values are written where they stay: no copy of them is left elsewhere. Messages never show them.
void decode_secret_data(const Field& data, std::map<std::string, std::string>& out) {
    if (!data.present()) return;
    for (const auto& member : data.node()->members()) {
        const auto entry = data.entry(member.key, member.value);
        check_key(entry, member.key);
        const auto text = entry.text("base64 text");
        if (!text && entry.present()) continue;
        if (!decode_base64(text.value_or(""), out[std::string(member.key)]))
            entry.error("is not base64; encode it (base64 -w0 FILE), or write plain text under stringData");
    }
}

void decode_secret_text(const Field& data, std::map<std::string, std::string>& out) {
    if (!data.present()) return;
    for (const auto& member : data.node()->members()) {
        const auto entry = data.entry(member.key, member.value);
        check_key(entry, member.key);
        const auto text = entry.text();
        if (!text && entry.present()) continue;
        auto& value = out[std::string(member.key)];
        wipe(value);
        value = text.value_or("");
    }
}

}  // namespace

Object decode_secret(const Field& root, std::string_view) {
    root.report().hide_values();
    root.warn_unknown(kSecretFields);
    Secret out;
    out.type = root.string("type");
    decode_secret_data(root.mapping("data", {}), out.data);
    decode_secret_text(root.mapping("stringData", {}), out.data);  // wins over data, as in the API server
    return out;
}

Object decode_config_map(const Field& root, std::string_view) {
    root.warn_unknown(kConfigMapFields);
    ConfigMap out;
    out.data = root.strings("data", &out.data_positions);
    const auto data = root.at("data");
    if (data.present())
        for (const auto& member : data.node()->members()) check_key(data.entry(member.key, member.value), member.key);
    return out;
}

Object decode_namespace(const Field&, std::string_view) { return Namespace{}; }

Object decode_node(const Field& root, std::string_view) {
    struct Node out;
    for (const auto& address : root.mapping("status", {}).mappings("addresses", {}))
        out.addresses.emplace_back(address.string("type"), address.string("address"));
    return out;
}

}  // namespace fairway::k8s
