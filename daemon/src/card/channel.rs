use zeroize::Zeroizing;

use super::{CardTransaction, TransportError};
use crate::apdu::{CommandApdu, ExpectedLength, Instruction, ResponseApdu, StatusWord, TooLong};

/// GET RESPONSE commands that follow one command at most. No command asks for more than 256 bytes, which a card gives in
/// one or two.
const MAX_GET_RESPONSES: usize = 16;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No answer came.
    #[error("{0} got no answer")]
    Transport(Instruction, #[source] TransportError),
    /// The card said no.
    #[error("{0} was refused with {1}")]
    Refused(Instruction, StatusWord),
    /// The card announces more and more bytes.
    #[error("{0} was answered with bytes without end")]
    Endless(Instruction),
    /// More bytes came than were asked for: which of them are right, nobody knows.
    #[error("{0} was answered with more bytes than it asked for")]
    Overlong(Instruction),
    /// The command does not fit an APDU.
    #[error("the command does not fit an APDU")]
    TooLong(#[from] TooLong),
}

impl CommandError {
    /// The status word, where the card answered with one.
    #[must_use]
    pub fn status(&self) -> Option<StatusWord> {
        match self {
            Self::Refused(_, status) => Some(*status),
            Self::Transport(..) | Self::Endless(_) | Self::Overlong(_) | Self::TooLong(_) => None,
        }
    }
}

/// Commands and answers over a transaction: fetches announced bytes (61xx), corrects Le once (6Cxx).
pub struct Channel<'t> {
    transaction: Box<dyn CardTransaction + 't>,
}

impl std::fmt::Debug for Channel<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Channel")
    }
}

impl<'t> Channel<'t> {
    /// Speaks over this transaction until dropped.
    #[must_use]
    pub fn new(transaction: Box<dyn CardTransaction + 't>) -> Self {
        Self { transaction }
    }

    /// Sends a command and returns the whole answer, whatever its status word.
    ///
    /// # Errors
    /// [`CommandError::Transport`], [`CommandError::Overlong`], or [`CommandError::Endless`] past 16 announcements of
    /// further bytes.
    pub fn exchange(&mut self, command: &CommandApdu) -> Result<ResponseApdu, CommandError> {
        let instruction = command.instruction();
        let mut response = self.transmit(command, &command.encode())?;
        // Nothing was carried out: the same command again, with the Le that the card named. Never a
        // VERIFY: with another Le the five-byte question would announce a PIN.
        if command.expected_length().is_some()
            && instruction != Instruction::VERIFY
            && let Some(length) = exact_length(response.status())
        {
            let corrected = command.clone().expecting(length);
            response = self.transmit(&corrected, &corrected.encode())?;
        }
        self.whole(instruction, response)
    }

    /// Sends a command once, by bytes that stay where the caller keeps them; `command` is the same without its data, for
    /// the log.
    ///
    /// # Errors
    /// Those of [`Self::exchange`].
    pub fn exchange_kept(
        &mut self,
        command: &CommandApdu,
        bytes: &[u8],
    ) -> Result<ResponseApdu, CommandError> {
        let response = self.transmit(command, bytes)?;
        self.whole(command.instruction(), response)
    }

    /// The whole answer that begins with this response.
    fn whole(
        &mut self,
        instruction: Instruction,
        mut response: ResponseApdu,
    ) -> Result<ResponseApdu, CommandError> {
        if response.status().bytes_waiting().is_none() {
            return Ok(response);
        }
        let mut whole = Zeroizing::new(response.data().to_vec());
        for _ in 0..MAX_GET_RESPONSES {
            let Some(length) = response
                .status()
                .bytes_waiting()
                .and_then(|length| ExpectedLength::new(u32::from(length)))
            else {
                whole.extend(u16::from(response.status()).to_be_bytes());
                return ResponseApdu::decode(whole)
                    .map_err(|error| CommandError::Transport(instruction, error.into()));
            };
            let get_response = CommandApdu::get_response(length);
            response = self.transmit(&get_response, &get_response.encode())?;
            whole.extend_from_slice(response.data());
        }
        Err(CommandError::Endless(instruction))
    }

    /// Sends a command that must succeed, and returns the answer's data.
    ///
    /// # Errors
    /// Those of [`Self::exchange`], and [`CommandError::Refused`] for any status word but 9000.
    pub fn demand(&mut self, command: &CommandApdu) -> Result<Zeroizing<Vec<u8>>, CommandError> {
        let response = self.exchange(command)?;
        if response.status().is_success() {
            Ok(response.into_data())
        } else {
            Err(CommandError::Refused(
                command.instruction(),
                response.status(),
            ))
        }
    }

    /// Ends the transaction and takes the card's power away.
    ///
    /// # Errors
    /// [`TransportError`] if it is not known that the card lost its power.
    pub fn power_off(&mut self) -> Result<(), TransportError> {
        self.transaction.power_off()
    }

    fn transmit(
        &mut self,
        command: &CommandApdu,
        bytes: &[u8],
    ) -> Result<ResponseApdu, CommandError> {
        let answer = self
            .transaction
            .transmit(bytes)
            .and_then(|bytes| Ok(ResponseApdu::decode(bytes)?));
        match &answer {
            Ok(response) => tracing::trace!(?command, ?response, "APDU"),
            Err(error) => tracing::trace!(?command, %error, "APDU"),
        }
        let response =
            answer.map_err(|error| CommandError::Transport(command.instruction(), error))?;
        if command
            .expected_length()
            .is_some_and(|length| length.is_exceeded_by(response.data()))
        {
            return Err(CommandError::Overlong(command.instruction()));
        }
        Ok(response)
    }
}

fn exact_length(status: StatusWord) -> Option<ExpectedLength> {
    status
        .exact_length()
        .and_then(|length| ExpectedLength::new(u32::from(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers from a list and fails the test on a command that was not expected.
    struct Script(std::vec::IntoIter<(Vec<u8>, Vec<u8>)>);

    impl CardTransaction for Script {
        fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
            let (expected, answer) = self.0.next().expect("no further command was expected");
            assert_eq!(command, expected);
            Ok(Zeroizing::new(answer))
        }
        fn power_off(&mut self) -> Result<(), TransportError> {
            Ok(())
        }
    }

    impl Drop for Script {
        fn drop(&mut self) {
            assert!(
                std::thread::panicking() || self.0.len() == 0,
                "commands are missing"
            );
        }
    }

    fn channel(steps: &[(&[u8], &[u8])]) -> Channel<'static> {
        let steps: Vec<_> = steps
            .iter()
            .map(|(c, a)| (c.to_vec(), a.to_vec()))
            .collect();
        Channel::new(Box::new(Script(steps.into_iter())))
    }

    fn read() -> CommandApdu {
        CommandApdu::read_binary(0, ExpectedLength::SHORT_MAXIMUM).unwrap()
    }

    #[test]
    fn announced_bytes_are_fetched() {
        let mut channel = channel(&[
            (&[0, 0xB0, 0, 0, 0], &[1, 2, 0x61, 0x02]),
            (&[0, 0xC0, 0, 0, 2], &[3, 4, 0x61, 0x01]),
            (&[0, 0xC0, 0, 0, 1], &[5, 0x90, 0x00]),
        ]);
        let response = channel.exchange(&read()).unwrap();
        assert_eq!(response.data(), [1, 2, 3, 4, 5]);
        assert!(response.status().is_success());
    }

    #[test]
    fn a_wrong_le_is_corrected_once_and_only_once() {
        let mut channel = channel(&[
            (&[0, 0xB0, 0, 0, 0], &[0x6C, 0x02]),
            (&[0, 0xB0, 0, 0, 2], &[0x6C, 0x02]),
        ]);
        assert_eq!(
            channel.exchange(&read()).unwrap().status(),
            StatusWord::from(0x6C02)
        );
    }

    #[test]
    fn a_verify_is_never_sent_twice() {
        let verify = CommandApdu::new(0, Instruction::VERIFY, 0, 0x98);
        let with_pin = b"\x00\x20\x00\x98\x041234";
        let mut channel = channel(&[(with_pin, &[0x6C, 0x04])]);
        let response = channel.exchange_kept(&verify, with_pin).unwrap();
        assert_eq!(response.status(), StatusWord::from(0x6C04));
    }

    #[test]
    fn a_card_that_announces_without_end_is_stopped() {
        struct Endless;
        impl CardTransaction for Endless {
            fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
                Ok(Zeroizing::new(vec![0x61, 0x00]))
            }
            fn power_off(&mut self) -> Result<(), TransportError> {
                Ok(())
            }
        }
        let error = Channel::new(Box::new(Endless))
            .exchange(&read())
            .unwrap_err();
        assert!(matches!(
            error,
            CommandError::Endless(Instruction::READ_BINARY)
        ));
    }

    #[test]
    fn more_bytes_than_were_asked_for_are_refused() {
        let command = CommandApdu::read_binary(0, ExpectedLength::new(2).unwrap()).unwrap();
        let whole = channel(&[(&[0, 0xB0, 0, 0, 2], &[1, 2, 0x90, 0x00])]).exchange(&command);
        assert_eq!(whole.unwrap().data(), [1, 2]);
        let mut overlong = channel(&[(&[0, 0xB0, 0, 0, 2], &[1, 2, 3, 0x90, 0x00])]);
        assert!(matches!(
            overlong.exchange(&command),
            Err(CommandError::Overlong(Instruction::READ_BINARY))
        ));
    }

    #[test]
    fn an_answer_without_a_status_word_is_an_error() {
        let error = channel(&[(&[0, 0xB0, 0, 0, 0], &[0x90])])
            .exchange(&read())
            .unwrap_err();
        assert!(matches!(
            error,
            CommandError::Transport(_, TransportError::BrokenAnswer(_))
        ));
    }
}
