/** What customers feel when they write: the sentiment of tickets, reviews and answers to surveys. */
package io.perennial.models.sentiment;
