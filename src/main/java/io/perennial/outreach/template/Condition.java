package io.perennial.outreach.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What an {@code if} asks, as far as templates may ask: whether something is there or not, and how it compares with a
 * literal, several of these joined either all by {@code &&} or all by {@code ||}. What is within parentheses and what mixes
 * the two is refused, because the engine's own order of evaluation would be hard to tell from reading it.
 *
 * @param names everything it names
 * @param there what is certain to be there where it holds
 */
record Condition(List<String> names, Set<String> there) {

    private static final Set<String> AND = Set.of("&&", "and");
    private static final Set<String> OR = Set.of("||", "or");
    private static final Set<String> EQUALITY = Set.of("==", "eq", "is", "!=", "ne");
    private static final Set<String> ORDER = Set.of(">", "gt", ">=", "ge", "<", "lt", "<=", "le");
    private static final String TEXT = "'[^']*'|\"[^\"]*\"";
    private static final String NUMBER = "-?\\d{1,9}(\\.\\d{1,4}d)?";

    /** A condition that cannot be asked. */
    static final class Refused extends RuntimeException {

        Refused(String reason, Object... arguments) {
            super(reason.formatted(arguments), null, false, false);
        }
    }

    /**
     * Reads the words of a condition.
     *
     * @param known what a name stands for; fails with {@link Refused} for one that stands for nothing
     * @param given whether something is certain to be there
     */
    static Condition of(List<String> words, Function<String, Reference> known, Function<String, Boolean> given) {
        if (words.isEmpty()) {
            throw new Refused("asks nothing");
        }
        if (words.stream().anyMatch(AND::contains) && words.stream().anyMatch(OR::contains)) {
            throw new Refused("mixes && and ||; nest two {#if}");
        }
        var names = new ArrayList<String>();
        var there = new HashSet<String>();
        var isAny = words.stream().anyMatch(OR::contains);
        for (var term : terms(words)) {
            read(term, known, name -> given.apply(name) || !isAny && there.contains(name), names, there);
        }
        return new Condition(names, isAny ? Set.of() : there);
    }

    private static List<List<String>> terms(List<String> words) {
        var terms = new ArrayList<List<String>>();
        terms.add(new ArrayList<>());
        for (var word : words) {
            if (AND.contains(word) || OR.contains(word)) {
                terms.add(new ArrayList<>());
            } else {
                terms.get(terms.size() - 1).add(word);
            }
        }
        return terms;
    }

    private static void read(
            List<String> term,
            Function<String, Reference> known,
            Function<String, Boolean> given,
            List<String> names,
            Set<String> there) {
        if (term.size() == 1 && !term.get(0).startsWith("!")) {
            known.apply(term.get(0));
            names.add(term.get(0));
            there.add(term.get(0));
        } else if (term.size() == 1 || term.size() == 2 && term.get(0).equals("!")) {
            var name = term.size() == 2 ? term.get(1) : term.get(0).substring(1);
            known.apply(name);
            names.add(name);
        } else if (term.size() == 3 && (EQUALITY.contains(term.get(1)) || ORDER.contains(term.get(1)))) {
            var name = term.get(0);
            compare(known.apply(name), term.get(1), term.get(2), given.apply(name));
            names.add(name);
            if (!term.get(1).equals("!=") && !term.get(1).equals("ne")) {
                there.add(name);
            }
        } else {
            throw new Refused(
                    "is not a condition that can be used here: ask for a placeholder, or compare it with a number or with"
                            + " words in quotes, joined by && or by ||");
        }
    }

    private static void compare(Reference reference, String operator, String literal, boolean isGiven) {
        if (reference.kind() == Kind.NUMBER) {
            if (!literal.matches(NUMBER)) {
                throw new Refused("compares the number %s with what is not a number", reference.label());
            }
            if (!isGiven) {
                throw new Refused(
                        "compares %s, which is not always there: write {#if %s && …}",
                        reference.label(), reference.label());
            }
        } else if (reference.kind() == Kind.TEXT) {
            if (ORDER.contains(operator) || !literal.matches(TEXT)) {
                throw new Refused("compares %s otherwise than for being words in quotes or not", reference.label());
            }
        } else {
            throw new Refused("compares %s, which can only be asked for", reference.label());
        }
    }
}
