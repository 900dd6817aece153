// The engine's log as JSON lines, handed to the embedder.
#pragma once
#include <QJsonDocument>
#include <QJsonObject>
#include <functional>

#include "core/clock.h"
#include "core/log.h"

namespace eidkern
{

class JsonLog final : public Log
{
public:
    JsonLog(std::function<void(const std::string&)> sink, const Clock& clock) : sink_(std::move(sink)), clock_(clock) {}

    void entered(std::string_view state) { state_ = state; }

    void write(std::string_view event, std::initializer_list<LogField> fields = {}) override
    {
        if (!sink_) return;
        QJsonObject line{{QStringLiteral("ms"), qint64(std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count())},
                         {QStringLiteral("state"), text(state_)},
                         {QStringLiteral("log"), text(event)}};
        for (const auto& field : fields) line.insert(text(field.key), text(field.value));
        sink_(QJsonDocument(line).toJson(QJsonDocument::Compact).toStdString());
    }

private:
    static QString text(std::string_view s) { return QString::fromUtf8(s.data(), qsizetype(s.size())); }

    std::function<void(const std::string&)> sink_;
    const Clock& clock_;
    std::string_view state_;
};

} // namespace eidkern
