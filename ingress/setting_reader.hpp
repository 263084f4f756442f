// Reads named text settings, from an Ingress's annotations or from the ConfigMap, and reports what it cannot use. The
// features that exist in both places are parsed by the same functions.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "ingress/diagnostics.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

class SettingReader {
public:
    /// Annotations `prefix`/NAME of an Ingress. The object and `sink` must outlive the reader.
    static SettingReader of_annotations(const k8s::ObjectMeta& meta, std::string_view prefix,
                                        std::vector<Diagnostic>& sink);
    /// Keys of the controller's ConfigMap.
    static SettingReader of_configmap(const k8s::ConfigMap& map, std::vector<Diagnostic>& sink);

    /// Spaces around it stripped; nullopt when absent or empty, which means "not set" in both places.
    std::optional<std::string_view> find(std::string_view name) const;

    /// target = parse(value) when the setting is there and good; otherwise target stays and, if bad, the reader says so.
    template <class T, class Parse>
    void read(std::string_view name, T& target, Parse parse) {
        const auto text = find(name);
        if (!text) return;
        if (auto parsed = parse(*text))
            target = static_cast<T>(*std::move(parsed));
        else
            refuse(name, with_outcome(parsed.error().message, "Keeping " + describe(target)));
    }

    /// Items between commas, each on its own: when the setting is there its good ones take the place of what was in
    /// `target`, and of bad ones the reader says that they are left out.
    template <class T, class Parse>
    void read_items(std::string_view name, std::vector<T>& target, Parse parse) {
        const auto text = find(name);
        if (!text) return;
        target.clear();
        for (const auto& item : split_list(*text)) {
            if (auto parsed = parse(std::string_view(item)))
                target.push_back(*std::move(parsed));
            else
                refuse(name, with_outcome(parsed.error().message, "It is left out; the others hold"));
        }
    }

    /// A value that cannot be used; `message` is the whole sentence.
    void refuse(std::string_view name, std::string message) {
        report(Severity::warning, name, std::move(message), "InvalidValue");
    }
    void report(Severity severity, std::string_view name, std::string message, std::string_view reason);

    /// Of annotations, without its slash; empty for a ConfigMap.
    std::string_view prefix() const noexcept {
        return std::string_view(prefix_).substr(0, prefix_.empty() ? 0 : prefix_.size() - 1);
    }
    /// Names that are set, without prefix, in alphabetical order.
    std::vector<std::string_view> names() const;

private:
    SettingReader(std::string kind, const k8s::ObjectMeta& meta, const std::map<std::string, std::string>& values,
                  const std::map<std::string, k8s::Position>& positions, std::string prefix, std::string label,
                  std::vector<Diagnostic>& sink);

    static std::string describe(bool value) { return value ? "true" : "false"; }
    static std::string describe(std::chrono::seconds value) { return fmt::format("{}", value.count()); }
    static std::string describe(const std::string& value) { return fmt::format("\"{}\"", value); }
    template <class T>
    static std::string describe(const T& value) {
        if constexpr (std::is_integral_v<T>)
            return fmt::format("{}", value);
        else
            return "the value before it";
    }

    std::string kind_;
    const k8s::ObjectMeta* meta_;
    const std::map<std::string, std::string>* values_;
    const std::map<std::string, k8s::Position>* positions_;
    std::string prefix_;  ///< with its slash, or empty
    std::string label_;   ///< "annotation " or "data."
    std::vector<Diagnostic>* sink_;
};

}  // namespace fairway::ingress
