// A Log that keeps its lines, so that a test can look for what must never be there.
#pragma once
#include <string>

#include "core/log.h"

namespace eidkern::test
{

class RecordingLog final : public Log
{
public:
    void write(std::string_view event, std::initializer_list<LogField> fields = {}) override
    {
        text_ += event;
        for (const auto& field : fields) text_ += ' ' + std::string(field.key) + '=' + field.value;
        text_ += '\n';
    }

    const std::string& text() const { return text_; }

private:
    std::string text_;
};

} // namespace eidkern::test
