#include "ingress/label_index.hpp"

#include <algorithm>

namespace fairway::ingress {

namespace {

// Neither namespaces nor keys nor values of labels hold a NUL.
std::string pair_key(const std::string& ns, const Labels::value_type& label) {
    std::string key;
    key.reserve(ns.size() + label.first.size() + label.second.size() + 2);
    key.append(ns).push_back('\0');
    key.append(label.first).push_back('\0');
    return key.append(label.second);
}

using NamesByPair = std::unordered_map<std::string, std::set<std::string>>;

void take_out(NamesByPair& names, const std::string& key, const std::string& name) {
    const auto found = names.find(key);
    if (found == names.end()) return;
    found->second.erase(name);
    if (found->second.empty()) names.erase(found);
}

}  // namespace

bool selects(const Labels& selector, const Labels& labels) {
    if (selector.empty()) return false;
    return std::ranges::all_of(selector, [&](const auto& pair) {
        const auto own = labels.find(pair.first);
        return own != labels.end() && own->second == pair.second;
    });
}

void LabelIndex::add(const k8s::ObjectName& object, const Labels& labels) {
    for (const auto& label : labels) names_[pair_key(object.ns, label)].insert(object.name);
}

void LabelIndex::remove(const k8s::ObjectName& object, const Labels& labels) {
    for (const auto& label : labels) take_out(names_, pair_key(object.ns, label), object.name);
}

const std::set<std::string>* LabelIndex::candidates(const std::string& ns, const Labels& selector) const {
    const std::set<std::string>* fewest = nullptr;
    for (const auto& pair : selector) {
        const auto found = names_.find(pair_key(ns, pair));
        if (found == names_.end()) return nullptr;
        if (fewest == nullptr || found->second.size() < fewest->size()) fewest = &found->second;
    }
    return fewest;
}

void SelectorIndex::add(const k8s::ObjectName& object, const Labels& selector) {
    if (selector.empty()) return;
    std::string best;
    std::size_t fewest = 0;
    for (const auto& pair : selector) {
        auto key = pair_key(object.ns, pair);
        const auto found = names_.find(key);
        const auto others = found == names_.end() ? 0 : found->second.size();
        if (!best.empty() && others >= fewest) continue;
        best = std::move(key);
        fewest = others;
    }
    names_[best].insert(object.name);
    filed_[object] = std::move(best);
}

void SelectorIndex::remove(const k8s::ObjectName& object) {
    const auto found = filed_.find(object);
    if (found == filed_.end()) return;
    take_out(names_, found->second, object.name);
    filed_.erase(found);
}

std::vector<std::string> SelectorIndex::candidates(const std::string& ns, const Labels& labels) const {
    std::vector<std::string> all;
    for (const auto& label : labels)
        if (const auto found = names_.find(pair_key(ns, label)); found != names_.end())
            all.insert(all.end(), found->second.begin(), found->second.end());
    return all;
}

}  // namespace fairway::ingress
