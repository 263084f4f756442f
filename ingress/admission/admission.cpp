#include "ingress/admission/admission.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "ingress/admission/check.hpp"
#include "ingress/ingress_class.hpp"

namespace fairway::ingress {

namespace {

/// By the class of an Ingress that cannot be decoded.
bool may_be_ours(const AdmissionQuestion& question, const Translator& translator) {
    k8s::Ingress ingress;
    ingress.meta.name.ns = question.ns;
    ingress.class_name = question.class_name;
    ingress.meta.annotations = question.annotations;
    return decide_class(ingress, translator.sources().store, translator.options()).ours;
}

/// With what the decoder has to say about it.
Verdict judge(const AdmissionQuestion& question, const Translator& translator) {
    if (question.object.empty()) return {};
    auto decoded = k8s::decode(question.object, "");
    Verdict verdict;
    for (const auto& complaint : decoded.complaints) {
        auto text =
            complaint.field.empty() ? complaint.message : fmt::format("{}: {}", complaint.field, complaint.message);
        if (complaint.severity != k8s::Severity::error)
            verdict.warnings.push_back(std::move(text));
        else if (verdict.denial.empty())
            verdict.denial = "invalid object: " + text;
    }
    if (!verdict.denial.empty()) {
        // Fairway may not understand what is meant for others.
        if (!may_be_ours(question, translator)) verdict.denial.clear();
        return verdict;
    }
    if (decoded.objects.size() != 1 || !std::holds_alternative<k8s::Ingress>(decoded.objects.front()))
        return {.denial = "invalid object: it is no Ingress"};
    auto checked = check_ingress(std::make_shared<const k8s::Object>(std::move(decoded.objects.front())), translator);
    verdict.denial = std::move(checked.denial);
    for (auto& warning : checked.warnings) verdict.warnings.push_back(std::move(warning));
    return verdict;
}

void log_denial(const AdmissionQuestion& question, const Verdict& verdict) {
    log::warn("admission.denied",
              {{"operation", question.operation}, {"review", question.uid}, {"reason", verdict.denial}});
}

}  // namespace

AdmissionAnswer answer_review(std::string_view body, const Translator& translator) {
    const auto question = parse_review(body);
    if (!question) return {400, question.error().message + "\n"};
    if (question->group != "networking.k8s.io" || question->version != "v1" || question->kind != k8s::Ingress::kKind)
        return {500, fmt::format("this webhook judges Ingresses of networking.k8s.io/v1, not {} of {}/{}\n",
                                 question->kind, question->group, question->version)};
    const auto verdict = judge(*question, translator);
    if (!verdict.denial.empty()) log_denial(*question, verdict);
    return {200, review_answer(question->uid, verdict)};
}

}  // namespace fairway::ingress
