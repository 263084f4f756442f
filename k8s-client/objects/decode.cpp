#include "k8s-client/objects/decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "base/spelling.hpp"
#include "k8s-client/objects/fields.hpp"
#include "k8s-client/objects/kinds.hpp"
#include "k8s-client/objects/quote.hpp"
#include "k8s-client/objects/reader.hpp"

namespace fairway::k8s {

namespace {

constexpr std::string_view kListSuffix = "List";

bool is_list(std::string_view kind) { return kind.size() >= kListSuffix.size() && kind.ends_with(kListSuffix); }

// Another project's API group may have a kind of the same name, such as Knative's Service.
bool is_foreign(std::string_view api_version) {
    const auto group = api_version.substr(0, api_version.find('/'));
    return api_version.find('/') != std::string_view::npos && group.find('.') != std::string_view::npos &&
           !group.ends_with("k8s.io");
}

class Decoder {
public:
    Decoder(const std::string& file, const std::string& default_namespace)
        : file_(file), default_namespace_(default_namespace) {}

    void document(const Document& document) {
        if (!document.root) return;
        problems_.assign(document.problems.begin(), document.problems.end());
        object(*document.root, {}, {});
    }

    WatchEvent watch_event(const TreeNode& root) {
        std::vector<Complaint> unused;
        ObjectReport report(file_, {}, unused);
        const Field event(report, root);
        const auto object = event.at("object");
        const auto meta = object.at("metadata");
        WatchEvent seen;
        seen.type = event_type(event.string("type"));
        seen.kind = object.string("kind");
        seen.name = {meta.string("namespace"), meta.string("name")};
        seen.resource_version = meta.string("resourceVersion");
        seen.initial_events_end = meta.at("annotations").string("k8s.io/initial-events-end") == "true";
        if (seen.type == WatchEvent::Type::error) {
            seen.code = object.integer("code", 0, 999).value_or(0);
            seen.message = printable(object.string("message"));
        }
        if (!object.present()) seen.type = WatchEvent::Type::unknown;
        if (seen.type == WatchEvent::Type::changed) this->object(*object.node(), {}, {});
        return seen;
    }

    Decoded finish(const ReadResult& read) {
        for (const auto& problem : read.problems) {
            ObjectReport report(file_, {}, out_.complaints);
            report.add(Severity::error, problem.mark, {}, problem.message);
        }
        out_.truncated = read.truncated;
        return std::move(out_);
    }

private:
    static WatchEvent::Type event_type(std::string_view text) {
        if (text == "ADDED" || text == "MODIFIED") return WatchEvent::Type::changed;
        if (text == "DELETED") return WatchEvent::Type::deleted;
        if (text == "BOOKMARK") return WatchEvent::Type::bookmark;
        return text == "ERROR" ? WatchEvent::Type::error : WatchEvent::Type::unknown;
    }

    // An object, or a list of them. Items of a typed list inherit kind and apiVersion, because an API server leaves
    // them out there.
    void object(const TreeNode& root, std::string_view list_kind, std::string_view list_version) {
        ObjectReport report(file_, {}, out_.complaints);
        const Field field(report, root);
        if (root.kind != TreeNode::Kind::mapping) return no_object(field);
        const auto own_kind = field.at("kind").text().value_or("");
        const auto own_version = field.at("apiVersion").text().value_or("");
        const auto kind = own_kind.empty() ? list_kind : own_kind;
        const auto version = own_version.empty() ? list_version : own_version;
        if (is_list(kind) && list_kind.empty()) return list(field, kind, version);
        if (!report.failed()) one(root, kind, version);
    }

    void no_object(const Field& field) {
        const bool told = report_problems(field.report());
        if (field.present() && !told)
            field.error("a manifest is a mapping with apiVersion, kind and metadata; this is something else");
    }

    void list(const Field& field, std::string_view kind, std::string_view version) {
        kind.remove_suffix(kListSuffix.size());
        const bool typed = !kind.empty();
        if (typed && !find_kind(kind)) return notice(field, kind, version);
        const auto meta = field.at("metadata");
        out_.list = {meta.string("resourceVersion"), meta.string("continue")};
        // "List" stands for the unknown kind: it keeps a list inside a list from recursing.
        const auto all_problems = std::move(problems_);
        const auto items = field.mappings("items", {});
        const auto take_problems = [&](Mark from, Mark to) {
            problems_.clear();
            for (const auto& problem : all_problems)
                if (problem.mark >= from && problem.mark < to) problems_.push_back(problem);
        };
        constexpr Mark kEnd{std::numeric_limits<std::uint32_t>::max(), 0};
        take_problems({}, items.empty() ? kEnd : items.front().node()->mark);
        report_problems(field.report());
        for (std::size_t i = 0; i < items.size(); ++i) {
            take_problems(items[i].node()->mark, i + 1 < items.size() ? items[i + 1].node()->mark : kEnd);
            object(*items[i].node(), typed ? kind : kListSuffix, typed ? version : std::string_view{});
        }
    }

    void one(const TreeNode& root, std::string_view kind_name, std::string_view version) {
        ObjectReport report(file_, std::string(printable(kind_name)), out_.complaints);
        const Field field(report, root);
        if (kind_name.empty() || kind_name == kListSuffix) return missing_kind(field, kind_name);
        const auto* const kind = find_kind(kind_name);
        if (!kind || is_foreign(version)) return notice(field, kind_name, version);
        if (!check_version(field, *kind, version)) return refuse(*kind, name_only(root, *kind));
        auto meta = decode_meta(field, *kind, default_namespace_);
        if (report_problems(report)) return refuse(*kind, meta.name);  // what it would decode to is anyone's guess
        auto object = kind->decode(field, version);
        if (report.failed()) return refuse(*kind, meta.name);
        std::visit([&meta](auto& value) { value.meta = std::move(meta); }, object);
        out_.objects.push_back(std::move(object));
    }

    void missing_kind(const Field& field, std::string_view kind) {
        if (kind == kListSuffix && field.at("kind").present())
            field.at("kind").error("a list inside a list is not read; move its items up");
        else
            field.at("kind").error("is required; write what this object is, such as kind: Ingress");
    }

    bool check_version(const Field& field, const Kind& kind, std::string_view version) {
        const auto& known = kind.api_versions;
        if (std::find(known.begin(), known.end(), version) != known.end()) return true;
        const auto at = field.at("apiVersion");
        if (version.empty())
            at.error(fmt::format("is required; write apiVersion: {}", known.front()));
        else
            at.error(fmt::format("{} is not where {} lives; write apiVersion: {}", k8s::quoted(version), kind.name,
                                 known.front()));
        return false;
    }

    // The name of an object that is not decoded.
    ObjectName name_only(const TreeNode& root, const Kind& kind) {
        std::vector<Complaint> unused;
        ObjectReport report(file_, {}, unused);
        return decode_meta(Field(report, root), kind, default_namespace_).name;
    }

    void refuse(const Kind& kind, ObjectName name) {
        if (!name.name.empty()) out_.refused.emplace_back(kind.name, std::move(name));
    }

    // What the reader found wrong with this document. True when there was something.
    bool report_problems(ObjectReport& report) const {
        for (const auto& problem : problems_) report.add(Severity::error, problem.mark, {}, problem.message);
        return !problems_.empty();
    }

    // A kind that Fairway has no use for: told once.
    void notice(const Field& field, std::string_view kind, std::string_view version) {
        if (!told_.emplace(std::string(version) + ' ' + std::string(kind)).second) return;
        std::vector<std::string_view> names;
        for (const auto& known : all_kinds()) names.push_back(known.name);
        const auto meant = is_foreign(version) ? std::string{} : did_you_mean(kind, names);
        ObjectReport report(file_, {}, out_.complaints);
        Field(report, *field.node())
            .at("kind")
            .notice(fmt::format("{}{}{} is not a kind that Fairway reads; skipped{}", printable(version),
                                version.empty() ? "" : " ", printable(kind), meant));
    }

    FileName file_;
    const std::string& default_namespace_;
    std::vector<Problem> problems_;  // of the object that is being decoded
    std::set<std::string> told_;
    Decoded out_;
};

}  // namespace

Decoded decode(std::string_view text, const std::string& file, const std::string& default_namespace,
               const DecodeLimits& limits) {
    Decoder decoder(file, default_namespace);
    const auto read =
        read_documents(text, limits, [&decoder](const Document& document) { decoder.document(document); });
    return decoder.finish(read);
}

WatchEvent decode_watch_event(std::string_view line, const DecodeLimits& limits) {
    const std::string no_namespace;
    Decoder decoder({}, no_namespace);
    WatchEvent event;
    const auto read = read_documents(line, limits, [&](const Document& document) {
        if (document.root && document.problems.empty()) event = decoder.watch_event(*document.root);
    });
    event.decoded = decoder.finish(read);
    if (!read.problems.empty()) event.type = WatchEvent::Type::unknown;
    return event;
}

}  // namespace fairway::k8s
