#include "ingress/admission/review.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace fairway::ingress {

namespace {

namespace json = boost::json;

constexpr const char* kApiVersion = "admission.k8s.io/v1";
constexpr std::size_t kDeepest = 128;
// The API server truncates a warning at 256 bytes and drops what is beyond 4096 in all.
constexpr std::size_t kLongestWarning = 256;
constexpr std::size_t kMostWarnings = 16;

std::string text(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::object* child(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
}

void read_class(const json::object& object, AdmissionQuestion& question) {
    if (const auto* const spec = child(object, "spec"))
        if (auto name = text(*spec, "ingressClassName"); !name.empty()) question.class_name = std::move(name);
    const auto* const metadata = child(object, "metadata");
    const auto* const annotations = metadata == nullptr ? nullptr : child(*metadata, "annotations");
    if (annotations == nullptr) return;
    for (const auto& [name, value] : *annotations)
        if (value.is_string()) question.annotations.emplace(name, value.get_string());
}

/// As one line that fits; not cut inside of a character.
std::string as_warning(std::string_view message) {
    std::string line(message);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    if (line.size() <= kLongestWarning) return line;
    std::size_t end = kLongestWarning - 3;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
    return line.substr(0, end) + "...";
}

}  // namespace

Result<AdmissionQuestion> parse_review(std::string_view body) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = kDeepest;
    const auto parsed = json::parse(body, error, {}, options);
    if (error || !parsed.is_object()) return Error{"the body is no JSON object"};
    const auto& review = parsed.get_object();
    if (text(review, "kind") != "AdmissionReview" || text(review, "apiVersion") != kApiVersion)
        return Error{"the body is no AdmissionReview of admission.k8s.io/v1"};
    const auto* const request = child(review, "request");
    if (request == nullptr) return Error{"the AdmissionReview holds no request"};
    AdmissionQuestion question{.uid = text(*request, "uid"), .operation = text(*request, "operation")};
    if (const auto* const kind = child(*request, "kind")) {
        question.group = text(*kind, "group");
        question.version = text(*kind, "version");
        question.kind = text(*kind, "kind");
    }
    question.ns = text(*request, "namespace");
    if (const auto* const object = child(*request, "object")) {
        question.object = json::serialize(*object);
        read_class(*object, question);
    }
    return question;
}

std::string review_answer(std::string_view uid, const Verdict& verdict) {
    json::object response{{"uid", uid}, {"allowed", verdict.denial.empty()}};
    if (!verdict.denial.empty())
        response["status"] =
            json::object{{"status", "Failure"}, {"message", verdict.denial}, {"reason", "BadRequest"}, {"code", 400}};
    json::array warnings;
    for (const auto& warning : verdict.warnings) {
        if (warnings.size() == kMostWarnings) break;
        warnings.push_back(json::value(as_warning(warning)));
    }
    if (!warnings.empty()) response["warnings"] = std::move(warnings);
    return json::serialize(
        json::object{{"kind", "AdmissionReview"}, {"apiVersion", kApiVersion}, {"response", std::move(response)}});
}

}  // namespace fairway::ingress
