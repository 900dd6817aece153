#include "cli/reader_listing.h"

#include <utility>

namespace eidkern::cli
{

static constexpr std::chrono::seconds patience{1};

ReaderListing::ReaderListing(std::function<void(const ReaderList&, const FeaturesByReader&)> handler)
    : handler_(std::move(handler)), watch_([this](const ReaderList& list) { listed(list); })
{
    limit_.setSingleShot(true);
    limit_.setInterval(patience);
    QObject::connect(&limit_, &QTimer::timeout, &limit_, [this] { tell(); });
}

void ReaderListing::listed(const ReaderList& list)
{
    list_ = list;
    features_.clear();
    answers_ = 0;
    probes_.clear();
    for (const auto& each : list_.readers)
        probes_[each.name] = std::make_unique<ReaderProbe>(
            each.name, [this, name = each.name](const std::optional<ReaderFeatures>& features) { answered(name, features); });
    if (probes_.empty()) tell();
    else limit_.start();
}

void ReaderListing::answered(const std::string& reader, const std::optional<ReaderFeatures>& features)
{
    if (features) features_.emplace(reader, *features);
    if (++answers_ == probes_.size() && limit_.isActive()) tell();
}

void ReaderListing::tell()
{
    limit_.stop();
    handler_(list_, features_);
}

} // namespace eidkern::cli
