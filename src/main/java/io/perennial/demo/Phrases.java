package io.perennial.demo;

import java.util.List;
import java.util.SplittableRandom;

/** What customers write in tickets, complaints and reviews, in three tones. {@code %s} is the product it is about. */
final class Phrases {

    static final List<String> ANGRY = List.of(
            "Your %s has disappointed me again and nobody cares.",
            "I have been waiting for two weeks and still there is no answer about my %s.",
            "This is the third time that the %s goes wrong.",
            "I was charged twice for the %s and want my money back.",
            "Nobody calls back although I was promised a call about the %s.",
            "The quality of the %s has become really poor.",
            "For this price I expect more than a %s that does not work.",
            "The person on the phone was rude when I asked about the %s.",
            "I am fed up with excuses about the %s.",
            "If this %s is not put right this week I will go elsewhere.",
            "Your competitor offers a better %s for less.",
            "The bill for the %s is wrong for the second month in a row.",
            "I regret that I ever bought the %s.",
            "Terrible experience with the %s and a complete waste of time.",
            "The %s came late and nobody apologised.",
            "You raised the price of the %s and gave nothing in return.",
            "I asked for help with the %s four times without any result.",
            "What was agreed about the %s was not kept.",
            "I am very unhappy with the %s and think about leaving.",
            "Please tell me how to cancel the %s.",
            "The %s was a mess from beginning to end.",
            "Nothing about the %s is as it was advertised.",
            "Unacceptable that the %s fails whenever I need it.",
            "I feel cheated by the hidden costs of the %s.",
            "The answer I got about the %s was useless.",
            "It is a shame how careless you have become with the %s.",
            "I lost half a day because of the %s.",
            "The %s is broken and your hotline keeps me on hold.",
            "I will not recommend the %s to anybody.",
            "After years as a customer I am treated like this over a %s.");

    static final List<String> CALM = List.of(
            "Could you send me the invoice for the %s once more?",
            "Is it possible to move the date of the %s?",
            "I would like to know when the next %s is due.",
            "Please update my address for the %s.",
            "How do I change the payment method for the %s?",
            "Which version of the %s do I have at present?",
            "Can I add a second person to the %s?",
            "What does the %s cost from next month on?",
            "Please confirm that the %s was received.",
            "Where can I find the terms of the %s?",
            "I have a question about the last statement for the %s.",
            "Is the %s also available on Saturdays?",
            "Can you explain the second line on the receipt for the %s?",
            "I changed my phone number and would like the %s to use it.",
            "Does the %s include travel costs?",
            "Please send the documents for the %s by e-mail.",
            "How long does it usually take until the %s is done?",
            "I would like to compare the %s with the larger one.",
            "The %s is what I expected.",
            "The %s is all right for the price.",
            "Neither good nor bad and the %s does what it says.",
            "I need a copy of the contract for the %s.",
            "Is there an app for the %s?",
            "May I pay for the %s in two parts?");

    static final List<String> GLAD = List.of(
            "Thank you for the quick help with the %s.",
            "I am very happy with the %s.",
            "The %s is excellent and worth every penny.",
            "Great service and friendly people when I asked about the %s.",
            "The %s exceeded my expectations.",
            "I have recommended the %s to my sister already.",
            "Everything about the %s went smoothly.",
            "The %s was ready sooner than promised.",
            "Wonderful %s and I will gladly come back.",
            "My question about the %s was answered within minutes.",
            "You can rely on these people and their %s.",
            "The best %s I have had so far.",
            "Clear advice and a fair price for the %s.",
            "I love the %s and use it every week.",
            "The new %s is a real improvement.",
            "It is a pleasure to deal with you about the %s.",
            "Top marks for the %s.",
            "The %s solved my problem at once.",
            "Very careful work on the %s.",
            "I feel well looked after with the %s.",
            "Thanks to your team the %s was no trouble at all.",
            "The upgrade of the %s was a good decision.",
            "Honest and competent and the %s is just right.",
            "I am pleasantly surprised by the %s.",
            "Please pass my thanks to whoever handled the %s.",
            "The %s works perfectly.",
            "Good value and a lovely %s.",
            "After all these years I am still delighted with the %s.",
            "Such a kind answer to my question about the %s.",
            "The %s arrived in perfect condition.");

    private Phrases() {}

    /** A review that goes with a grade of 1..5, mostly. */
    static String review(int grade, String product, SplittableRandom random) {
        var felt = random.nextInt(8) == 0 ? 3 : grade;
        return about(felt <= 2 ? ANGRY : felt == 3 ? CALM : GLAD, product, random);
    }

    /** What somebody writes who asks for something, in anger with the given probability. */
    static String ticket(double anger, String product, SplittableRandom random) {
        if (random.nextDouble() < anger) {
            return about(ANGRY, product, random);
        }
        return about(random.nextInt(6) == 0 ? GLAD : CALM, product, random);
    }

    private static String about(List<String> phrases, String product, SplittableRandom random) {
        return phrases.get(random.nextInt(phrases.size())).replace("%s", product);
    }
}
