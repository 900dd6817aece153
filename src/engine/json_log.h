// The engine's log as JSON lines, handed to the embedder.
#pragma once
#include <QJsonArray>
#include <QJsonDocument>
#include <algorithm>
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
        const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().time_since_epoch());
        auto line = "{\"ms\":" + std::to_string(now.count());
        add(line, "state", state_);
        add(line, "log", event);
        for (const auto& field : fields) add(line, field.key, field.value);
        sink_(line += '}');
    }

private:
    static void add(std::string& line, std::string_view key, std::string_view value) { line.append(",").append(quoted(key)).append(":").append(quoted(value)); }

    static std::string quoted(std::string_view text) // of what services and cards send, too
    {
        const auto isPlain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
        if (std::ranges::all_of(text, isPlain)) return '"' + std::string(text) + '"';
        const QJsonArray alone{QString::fromUtf8(text.data(), qsizetype(text.size()))};
        const auto array = QJsonDocument(alone).toJson(QJsonDocument::Compact);
        return array.mid(1, array.size() - 2).toStdString();
    }

    std::function<void(const std::string&)> sink_;
    const Clock& clock_;
    std::string_view state_;
};

} // namespace eidkern
