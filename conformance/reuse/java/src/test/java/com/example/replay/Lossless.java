package com.example.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares JSON: numbers by value, times by instant, null as null. */
final class Lossless {
  private Lossless() {}

  /** What a decoded and encoded answer lacks, has otherwise or has too much. */
  static List<String> differences(JsonNode want, JsonNode got) {
    List<String> found = new ArrayList<>();
    compare("$", want, got, found);
    return found;
  }

  private static void compare(String path, JsonNode want, JsonNode got, List<String> found) {
    if (want.isObject() && got.isObject()) {
      compareMembers(path, want, got, found);
    } else if (want.isArray() && got.isArray() && want.size() == got.size()) {
      for (int i = 0; i < want.size(); i++) {
        compare(path + "[" + i + "]", want.get(i), got.get(i), found);
      }
    } else if (!sameValue(want, got)) {
      found.add(path + ": want " + want + ", got " + got);
    }
  }

  private static void compareMembers(String path, JsonNode want, JsonNode got, List<String> found) {
    for (Map.Entry<String, JsonNode> member : want.properties()) {
      String below = path + "." + member.getKey();
      if (got.has(member.getKey())) {
        compare(below, member.getValue(), got.get(member.getKey()), found);
      } else {
        found.add(below + ": want " + member.getValue() + ", got nothing");
      }
    }
    for (Map.Entry<String, JsonNode> member : got.properties()) {
      if (!want.has(member.getKey())) {
        found.add(path + "." + member.getKey() + ": want nothing, got " + member.getValue());
      }
    }
  }

  private static boolean sameValue(JsonNode want, JsonNode got) {
    if (want.isNumber() && got.isNumber()) {
      return want.decimalValue().compareTo(got.decimalValue()) == 0;
    }
    return want.equals(got) || instant(want).isPresent() && instant(want).equals(instant(got));
  }

  private static Optional<Instant> instant(JsonNode value) {
    try {
      return value.isTextual() ? Optional.of(Instant.parse(value.textValue())) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
