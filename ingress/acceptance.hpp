// Whether an Ingress is taken at all. What ingress-nginx's inspection, word blocklist and risk level refuse, they refuse
// whole: the webhook denies it, and the controller keeps the version that it accepted before. Reference 1.1, 3.1, 5.6.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ingress/annotations/descriptors.hpp"
#include "k8s-client/objects/ingress.hpp"

namespace fairway::ingress {

/// What the ConfigMap says about it.
struct AcceptanceRules {
    std::vector<std::string> blocked_words;  ///< annotation-value-word-blocklist
    Risk risk_level = Risk::high;            ///< annotations-risk-level
    bool allow_snippets = false;             ///< allow-snippet-annotations

    bool operator==(const AcceptanceRules&) const = default;
};

struct Refusal {
    std::string field;    ///< "annotation server-snippet"; empty: the message says where
    std::string message;  ///< in the words of ingress-nginx, which people search for
    std::string reason;   ///< CamelCase, for diagnostics
};

/// --deep-inspect: a host, path, TLS host or name of a TLS Secret that looks like an attack on nginx.
std::optional<Refusal> find_attack(const k8s::Ingress& ingress);
/// A word of the blocklist in the value of an annotation with the prefix.
std::optional<Refusal> find_blocked_word(const k8s::Ingress& ingress, std::string_view prefix,
                                         const AcceptanceRules& rules);
/// An annotation ending in -snippet, unless they are allowed. The webhook's alone: what is there already is not refused.
std::optional<Refusal> find_snippet(const k8s::Ingress& ingress, std::string_view prefix, const AcceptanceRules& rules);
/// An annotation above the risk level.
std::optional<Refusal> find_risky_annotation(const k8s::Ingress& ingress, std::string_view prefix,
                                             const AcceptanceRules& rules);

/// "Low" to "Critical", any case. Errors: any other word, which ingress-nginx takes for Low.
Result<Risk> parse_risk(std::string_view text);

/// What ingress-nginx calls the annotations that one of its parsers reads: "ExternalAuth". Of an annotation of its table.
std::string_view annotation_group(std::string_view name);

}  // namespace fairway::ingress
